using Relay.Routing.Options;

namespace Relay.Host.Options;

/// <summary>Options of access control, each a feature of Sendmail; the defaults are the routing floor's.</summary>
internal static class AccessKeys
{
    private static readonly RoutingOptions Defaults = new() { HostName = "localhost" };

    public static readonly OptionKey<bool> ResolveClients = new(
        "access.resolveClients", OptionFormats.Flag, true,
        "Each client's name is looked up and confirmed before the greeting. Without it no rule by client name hits, "
        + "and clients that may not relay are told that their name was not found.");

    public static readonly OptionKey<bool> BlocklistRecipients = Flag(
        "blocklistRecipients", "`access` is asked about recipients, too: `To:user@domain REJECT` "
        + "(`blocklist_recipients`).");

    public static readonly OptionKey<bool> AcceptUnresolvableDomains = Flag(
        "acceptUnresolvableDomains", "Senders are taken whose domain does not exist in the DNS "
        + "(`accept_unresolvable_domains`).");

    public static readonly OptionKey<bool> AcceptUnqualifiedSenders = Flag(
        "acceptUnqualifiedSenders", "Senders without a domain are taken and get `hostname` "
        + "(`accept_unqualified_senders`).");

    public static readonly OptionKey<bool> RelayEntireDomain = Flag(
        "relayEntireDomain", "Hosts below the domain of `hostname` may relay and are relayed to "
        + "(`relay_entire_domain`).");

    public static readonly OptionKey<bool> RelayLocalFrom = Flag(
        "relayLocalFrom", "A sender at one of our own names may relay. Anyone can claim to be one "
        + "(`relay_local_from`).");

    public static readonly OptionKey<RelayMailFrom> RelayMailFrom = new(
        "access.relayMailFrom", OptionFormats.Choice<RelayMailFrom>(), Options.RelayMailFrom.Off,
        "A sender with `From:… RELAY` in `access` may relay, by `address` or by `domain` as well. Anyone can claim to "
        + "be one (`relay_mail_from`).");

    public static readonly OptionKey<bool> RelayToFullAddress = Flag(
        "relayToFullAddress", "`To:user@domain RELAY` permits relaying to that one mailbox (`relaytofulladdress`).");

    public static readonly OptionKey<bool> LooseRelayCheck = Flag(
        "looseRelayCheck", "Recipients such as `user%site@ours` are not looked into (`loose_relay_check`). A next hop "
        + "that routes on `%` makes this an open relay.");

    public static readonly OptionKey<bool> RelayBasedOnMx = Flag(
        "relayBasedOnMx", "Domains whose MX records name this host are relayed to (`relay_based_on_MX`). Anyone who "
        + "has a domain can point it here.");

    public static readonly OptionKey<PromiscuousRelay> Promiscuous = new(
        "access.promiscuousRelay", OptionFormats.Choice<PromiscuousRelay>(), PromiscuousRelay.Off,
        "Everything is relayed for everyone (`promiscuous_relay`): with `loopback` the start is refused if another "
        + "machine can reach a listener, with `forced` it is not.");

    public static readonly OptionKey<DelayChecks> DelayChecks = new(
        "access.delayChecks", OptionFormats.Choice<DelayChecks>(), Routing.Options.DelayChecks.Off,
        "Clients and senders are checked at RCPT, after the recipient (`delay_checks`), with `friend` not for "
        + "recipients with `Spam:… FRIEND`, with `hater` only for those with `Spam:… HATER`.");

    public static readonly OptionKey<SenderLogin> SenderLogin = new(
        "access.senderLogin", OptionFormats.Choice<SenderLogin>(), Routing.Options.SenderLogin.Off,
        "Senders must belong to who sends, by `senderlogin`: with `authenticated`, who has authenticated sends by his "
        + "own addresses only; with `known`, addresses in the table are for their owners alone; `all` is both. "
        + "Refused with 553 5.7.1.");

    public static readonly OptionKey<bool> RequireRdns = Flag(
        "requireRdns", "Clients must have a name that has their address (`require_rdns`).");

    public static readonly OptionKey<BlocklistsSetting> Dnsbl = new(
        "access.dnsbl", RuleFormats.Blocklists, BlocklistsSetting.None,
        "Lists in the DNS of clients to refuse, asked in this order (`dnsbl`, `enhdnsbl`). The text may hold "
        + "`$&{client_addr}` and `$&{client_name}`, or be `discard` or `quarantine`; the temporary text, `t` for "
        + "Sendmail's, says what to answer when a list cannot be asked, else the client passes. Each list is tested at "
        + "start and every hour with 127.0.0.2 and 127.0.0.1, and left out while it fails.");

    public static readonly OptionKey<bool> DnsblIPv6 = Flag(
        "dnsblIPv6", "IPv6 clients are looked up in `access.dnsbl`, too.");

    public static readonly OptionKey<string> RejectMessage = new(
        "access.rejectMessage", RuleFormats.Refusal, Defaults.RejectMessage,
        "What REJECT says to clients and senders (`confREJECT_MSG`).");

    public static readonly OptionKey<string> RelayMessage = new(
        "access.relayMessage", RuleFormats.Refusal, Defaults.RelayMessage,
        "What those are told who may not relay (`confRELAY_MSG`).");

    public static readonly OptionKey<string> RecipientRejectMessage = new(
        "access.recipientRejectMessage", RuleFormats.Refusal, Defaults.RecipientRejectMessage,
        "What REJECT says of recipients (`confRCPTREJ_MSG`).");

    public static readonly OptionKey<TimeSpan> GreetPause = new(
        "access.greetPause", OptionFormats.OptionalDuration, TimeSpan.Zero,
        "How long a client must be silent before it is greeted, at most 5m (`greet_pause`); `GreetPause:` in `access` "
        + "says otherwise for some.");

    public static readonly OptionKey<int> ClientRate = new(
        "access.clientRate", OptionFormats.Count(0, 1_000_000), 0,
        "Connections from one address per minute, then 452 4.3.2; 0 is without limit. `ClientRate:` in `access` says "
        + "otherwise for some (`ratecontrol`).");

    public static readonly OptionKey<int> ClientConnections = new(
        "access.clientConnections", OptionFormats.Count(0, 1_000_000), 0,
        "Connections from one address at once, then 452 4.3.2; 0 is without limit. `ClientConn:` in `access` says "
        + "otherwise for some (`conncontrol`).");

    public static readonly OptionKey<bool> LimitsTerminate = Flag(
        "limitsTerminate", "Clients beyond `access.clientRate` and `access.clientConnections` get 421 and are closed.");

    public static IReadOnlyList<OptionKey> All { get; } =
    [
        ResolveClients, BlocklistRecipients, AcceptUnresolvableDomains, AcceptUnqualifiedSenders, RelayEntireDomain,
        RelayLocalFrom, RelayMailFrom, RelayToFullAddress, LooseRelayCheck, RelayBasedOnMx, Promiscuous, DelayChecks,
        SenderLogin, RequireRdns, Dnsbl, DnsblIPv6, RejectMessage, RelayMessage, RecipientRejectMessage, GreetPause,
        ClientRate, ClientConnections, LimitsTerminate,
    ];

    private static OptionKey<bool> Flag(string name, string description) =>
        new($"access.{name}", OptionFormats.Flag, false, description);
}
