using Relay.Tables.Mailer;

namespace Relay.Routing.Options;

/// <summary>
/// What decides besides the tables, under Sendmail's names. Defaults are the stricter ones. Immutable.
/// </summary>
public sealed record RoutingOptions
{
    /// <summary>Our own name (<c>$j</c>), normalized.</summary>
    public required string HostName { get; init; }

    /// <summary>The machine's addresses: literals with them are our own names.</summary>
    public IReadOnlyList<System.Net.IPAddress> OwnAddresses { get; init; } = [];

    /// <summary>Where postmaster goes if no alias names one; null: held in the queue.</summary>
    public string? Postmaster { get; init; }

    /// <summary>relay_hosts_only: permission of a name does not extend to the names below it.</summary>
    public bool RelayHostsOnly { get; init; }

    /// <summary>blocklist_recipients: access is asked about recipients, too.</summary>
    public bool BlocklistRecipients { get; init; }

    /// <summary>promiscuous_relay: an open relay.</summary>
    public bool PromiscuousRelay { get; init; }

    /// <summary>accept_unresolvable_domains.</summary>
    public bool AcceptUnresolvableDomains { get; init; }

    /// <summary>accept_unqualified_senders: a sender without a domain gets <see cref="HostName"/>.</summary>
    public bool AcceptUnqualifiedSenders { get; init; }

    /// <summary>relay_entire_domain: class m, the domain of <see cref="HostName"/>, is relayed to and from.</summary>
    public bool RelayEntireDomain { get; init; }

    /// <summary>relay_local_from: a sender at one of our own names may relay. Forgeable.</summary>
    public bool RelayLocalFrom { get; init; }

    /// <summary>relay_mail_from: a sender with <c>From:address RELAY</c> may relay. Forgeable.</summary>
    public bool RelayMailFrom { get; init; }

    /// <summary>relay_mail_from with its argument <c>domain</c>: the sender's domain is looked up, too.</summary>
    public bool RelayMailFromDomain { get; init; }

    /// <summary>relaytofulladdress: <c>To:user@domain RELAY</c> counts.</summary>
    public bool RelayToFullAddress { get; init; }

    /// <summary>loose_relay_check: <c>user%site@us</c> is not looked into.</summary>
    public bool LooseRelayCheck { get; init; }

    /// <summary>relay_based_on_MX: domains whose MX names us are relayed to.</summary>
    public bool RelayBasedOnMx { get; init; }

    public DelayChecks DelayChecks { get; init; }

    /// <summary>Who may send by which address; the owners are in <c>senderlogin</c>.</summary>
    public SenderLogin SenderLogin { get; init; }

    /// <summary>require_rdns: clients must have a name that has their address.</summary>
    public bool RequireRdns { get; init; }

    /// <summary>lookupdotdomain: access keys <c>.domain</c> match what lies below.</summary>
    public bool LookupDotDomain { get; init; }

    public IReadOnlyList<DnsBlocklist> DnsBlocklists { get; init; } = [];

    /// <summary>IPv6 clients are looked up, too, by nibbles (RFC 5782 §2.4); Sendmail does not.</summary>
    public bool DnsBlocklistsForIPv6 { get; init; }

    /// <summary>confREJECT_MSG.</summary>
    public string RejectMessage { get; init; } = "550 Access denied";

    /// <summary>confRELAY_MSG.</summary>
    public string RelayMessage { get; init; } = "550 Relaying denied";

    /// <summary>confRCPTREJ_MSG.</summary>
    public string RecipientRejectMessage { get; init; } = "550 Mailbox disabled for this recipient";

    /// <summary>Port of SMTP hosts found by MX.</summary>
    public int Port { get; init; } = 25;

    /// <summary>SMART_HOST (<c>DS</c>): everything that is not local and not in mailertable.</summary>
    public MailerTarget? SmartHost { get; init; }

    /// <summary>FallbackSmartHost: tried after all hosts of a domain's MX.</summary>
    public MailerTarget? FallbackSmartHost { get; init; }

    /// <summary>LOCAL_RELAY (<c>DR</c>): names without a domain.</summary>
    public MailerTarget? LocalRelay { get; init; }

    /// <summary>MAIL_HUB (<c>DH</c>): names at our own domains.</summary>
    public MailerTarget? MailHub { get; init; }

    /// <summary>LUSER_RELAY (<c>DL</c>): local names that are nobody.</summary>
    public MailerTarget? LuserRelay { get; init; }

    /// <summary>Who takes local mail, by LMTP or SMTP; null: nobody has a mailbox here.</summary>
    public MailerTarget? LocalDelivery { get; init; }

    /// <summary>stickyhost: MAIL_HUB takes only names with a domain, LOCAL_RELAY only those without.</summary>
    public bool StickyHost { get; init; }

    /// <summary>The recipient's domain becomes the hub's, as Sendmail does without stickyhost.</summary>
    public bool HubRewritesDomain { get; init; }

    /// <summary>preserve_luser_host: LUSER_RELAY leaves the domain even so.</summary>
    public bool PreserveLuserHost { get; init; }

    /// <summary>virtuser_entire_domain: what lies below class VirtHost is served, too.</summary>
    public bool VirtUserEntireDomain { get; init; }

    /// <summary>TLS with next hops that <see cref="TlsPolicies"/> says nothing of.</summary>
    public TlsLevel TlsLevel { get; init; } = TlsLevel.May;

    /// <summary>TLS with single hosts; the most specific one counts.</summary>
    public IReadOnlyList<TlsHostPolicy> TlsPolicies { get; init; } = [];

    /// <summary>What becomes of sender and header addresses.</summary>
    public MasqueradeOptions Masquerade { get; init; } = new();
}
