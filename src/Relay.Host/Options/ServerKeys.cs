using Relay.Server;

namespace Relay.Host.Options;

/// <summary>Options of reception; the defaults are the server floor's.</summary>
internal static class ServerKeys
{
    private static readonly SmtpServerOptions Defaults = new() { HostName = "localhost" };

    private static readonly OptionFormat<TimeSpan> Timeout =
        OptionFormats.DurationBetween(TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));

    public static readonly OptionKey<string> Greeting = new(
        "server.greeting",
        ServerFormats.Greeting,
        Defaults.Greeting,
        "The greeting (Sendmail's `SmtpGreetingMessage`, `confSMTP_LOGIN_MSG`). `ESMTP` comes behind its first word, "
        + "each line feed begins another line of the reply. Macros: `$j` this host, `$w` its first label, `$m` what is "
        + "behind that, `$k` the system's name, `$v` and `$Z` the version, `$b` the date, `$_` the client, "
        + "`$&{client_addr}`, `$&{client_name}`, `$&{client_ptr}`, `$&{if_addr}`, `$&{daemon_name}`.");

    public static readonly OptionKey<NetworksSetting> Proxies = new(
        "server.proxies",
        OptionFormats.Networks,
        NetworksSetting.None,
        "The load balancers whose word counts about whom they connect, on listeners with `proxyProtocol`.");

    public static readonly OptionKey<NetworksSetting> TlsProxies = new(
        "server.tlsProxies",
        OptionFormats.Networks,
        NetworksSetting.None,
        "Those of `server.proxies` that end TLS in the relay's place and say so in the header (version 2; haproxy's "
        + "`send-proxy-v2-ssl` with `proxy-v2-options ssl-cipher`): such a session counts as one with TLS, though what "
        + "lies between the proxy and the relay is in clear. Certificates of clients do not count. Others' word on TLS is "
        + "passed over.");

    public static readonly OptionKey<NetworksSetting> XclientHosts = new(
        "server.xclientHosts",
        OptionFormats.Networks,
        NetworksSetting.None,
        "The proxies that may say by `XCLIENT` (Postfix, nginx) whose session theirs is, and who has authenticated: "
        + "that one may relay.");

    public static readonly OptionKey<int> Backlog = new(
        "server.backlog",
        OptionFormats.Count(1, 65535),
        Defaults.Backlog,
        "Connections that may wait in the kernel; net.core.somaxconn caps it.");

    public static readonly OptionKey<int> ConnectionsMax = new(
        "server.connectionsMax",
        OptionFormats.Count(1, 1_000_000),
        Defaults.ConnectionsMax,
        "Sessions at once; more are told 421 4.3.2 (Sendmail's `MaxDaemonChildren`).");

    public static readonly OptionKey<int> ConnectionsPerAddressMax = new(
        "server.connectionsPerAddressMax",
        OptionFormats.Count(0, 1_000_000),
        Defaults.ConnectionsPerAddressMax,
        "Sessions at once from one address; more are told 421 4.7.0. 0 is without limit.");

    public static readonly OptionKey<int> RecipientsMax = new(
        "server.recipientsMax",
        OptionFormats.Count(100, 50_000),
        Defaults.RecipientsMax,
        "Recipients of one message, then 452 4.5.3. RFC 5321 §4.5.3.1.8 asks for at least 100.");

    public static readonly OptionKey<int> CommandLineLengthMax = new(
        "server.commandLineLengthMax",
        OptionFormats.Count(512, 65536),
        Defaults.CommandLineLengthMax,
        "Length of a command line in octets with its line end (RFC 5321 §4.5.3.1.4 asks for 512, ESMTP parameters "
        + "for more).");

    public static readonly OptionKey<int> ReceivedFieldsMax = new(
        "server.receivedFieldsMax",
        OptionFormats.Count(1, 1000),
        Defaults.ReceivedFieldsMax,
        "More Received fields in a message are taken for a loop: 554 5.4.6.");

    public static readonly OptionKey<int> BadCommandsMax = new(
        "server.badCommandsMax",
        OptionFormats.Count(1, 100_000),
        Defaults.BadCommandsMax,
        "Refused commands of one session, then 421 4.7.0.");

    public static readonly OptionKey<int> RefusedRecipientsMax = new(
        "server.refusedRecipientsMax",
        OptionFormats.Count(1, 10_000_000),
        Defaults.RefusedRecipientsMax,
        "Refused recipients of one session since its last message, then 421 4.7.0.");

    public static readonly OptionKey<int> CommandsWithoutMailMax = new(
        "server.commandsWithoutMailMax",
        OptionFormats.Count(1, 1_000_000),
        Defaults.CommandsWithoutMailMax,
        "Commands of one session that move no mail, then 421 4.7.0.");

    public static readonly OptionKey<bool> RequireHello = new(
        "server.requireHello",
        OptionFormats.Flag,
        Defaults.RequireHello,
        "MAIL before HELO or EHLO is refused with 503 (RFC 5321 §4.1.4). `false` and no `needmailhelo` in "
        + "`server.privacy` accept it, as Sendmail does by default.");

    public static readonly OptionKey<PrivacyFlags> Privacy = new(
        "server.privacy",
        ServerFormats.Privacy,
        Defaults.Privacy,
        "Sendmail's `PrivacyOptions` (`confPRIVACY_FLAGS`), whose own default is `authwarnings`. `noexpn` implies "
        + "`noverb`; `goaway` is all but noreceipts, restrictmailq, restrictqrun, restrictexpand, noetrn and "
        + "nobodyreturn. `restrictmailq` keeps `mailq` to root and the relay's user, `restrictexpand` keeps "
        + "`sendmail -v` to trusted users; running the queue is for root and the relay's user with or without `restrictqrun`.");

    public static readonly OptionKey<int> BadRecipientThrottle = new(
        "server.badRecipientThrottle",
        OptionFormats.Count(0, 1_000_000),
        Defaults.BadRecipientThrottle,
        "Refused recipients of a transaction behind which each further RCPT, good or bad, waits for a second "
        + "(Sendmail's `BadRcptThrottle`). 0 is off.");

    public static readonly OptionKey<bool> SlowDownProbing = new(
        "server.slowDownProbing",
        OptionFormats.Flag,
        Defaults.SlowsDownProbing,
        "From the 3rd HELO or EHLO, the 6th VRFY or EXPN, the 8th ETRN and the 20th NOOP or VERB of a session on, each "
        + "is answered more slowly: 1, 2, 4 … s, up to 4 minutes.");

    public static readonly OptionKey<bool> CloseOnPreGreetingTraffic = new(
        "server.closeOnPreGreetingTraffic",
        OptionFormats.Flag,
        Defaults.ClosesOnPreGreetingTraffic,
        "A client that talks before it is greeted is told 554 and closed; otherwise its commands are refused, as "
        + "Sendmail does.");

    public static readonly OptionKey<int> RefuseLoad = new(
        "server.refuseLoad",
        OptionFormats.Count(0, 100_000),
        Defaults.RefuseLoad,
        "Load average from which on connections are refused with 421 4.3.2 (Sendmail's `RefuseLA`). 0 is off: waiting "
        + "for disks counts as load.");

    public static readonly OptionKey<bool> CloseWhileRefusing = new(
        "server.closeWhileRefusing",
        OptionFormats.Flag,
        Defaults.ClosesWhileRefusing,
        "While `server.refuseLoad`, `server.connectionsMax` or a listener's `connectionsMax` lets nobody in, the "
        + "listening socket is closed, so that the kernel refuses clients, as Sendmail does; it is opened again within "
        + "two seconds of there being room. Otherwise they are told 421, which their logs and ours show. Sockets of "
        + "systemd and of the Unix domain stay open.");

    public static readonly OptionKey<int> DelayLoad = new(
        "server.delayLoad",
        OptionFormats.Count(0, 100_000),
        Defaults.DelayLoad,
        "Load average from which on each command is answered a second later (Sendmail's `DelayLA`). 0 is off.");

    public static readonly OptionKey<BareLineEndingAction> BareLineEndings = new(
        "server.bareLineEndings",
        OptionFormats.Choice<BareLineEndingAction>(),
        Defaults.BareLineEndings,
        "A message with a bare CR or LF: `refuse` reads it to its end and answers 554 5.6.0, `disconnect` answers "
        + "421 4.5.0 and closes. It never passes.");

    public static readonly OptionKey<TimeSpan> CommandTimeout = new(
        "server.timeouts.command", Timeout, Defaults.CommandTimeout, "Waiting for a command (RFC 5321 §4.5.3.2.7).");

    public static readonly OptionKey<TimeSpan> ContentTimeout = new(
        "server.timeouts.content", Timeout, Defaults.ContentTimeout,
        "Waiting for more of a message (RFC 5321 §4.5.3.2.5).");

    public static readonly OptionKey<TimeSpan> ReplyTimeout = new(
        "server.timeouts.reply", Timeout, Defaults.ReplyTimeout, "Waiting for the client to read our replies.");

    public static readonly OptionKey<TimeSpan> HandshakeTimeout = new(
        "server.timeouts.handshake", Timeout, Defaults.HandshakeTimeout,
        "A TLS handshake from its beginning to its end (Sendmail's `Timeout.starttls`), then the connection is cut.");

    public static readonly OptionKey<int> ContentRateMin = new(
        "server.contentRateMin",
        OptionFormats.Count(0, 1_000_000_000),
        Defaults.ContentRateMin,
        "Octets per second that a message must arrive with on average; 0 is off.");

    public static readonly OptionKey<TimeSpan> ContentRateGrace = new(
        "server.contentRateGrace",
        OptionFormats.OptionalDuration,
        Defaults.ContentRateGrace,
        "How long a message may be slower than `server.contentRateMin`.");

    public static readonly OptionKey<bool> WaitForData = new(
        "server.waitForDataBeforeAllocatingBuffer",
        OptionFormats.Flag,
        Defaults.WaitForDataBeforeAllocatingBuffer,
        "Idle connections hold no read buffer; costs a system call per read.");

    public static IReadOnlyList<OptionKey> All { get; } =
    [
        Greeting, Proxies, TlsProxies, XclientHosts, Backlog, ConnectionsMax, ConnectionsPerAddressMax, RecipientsMax,
        CommandLineLengthMax,
        ReceivedFieldsMax,
        BadCommandsMax, RefusedRecipientsMax, CommandsWithoutMailMax, RequireHello, Privacy, BadRecipientThrottle,
        SlowDownProbing, CloseOnPreGreetingTraffic, RefuseLoad, CloseWhileRefusing, DelayLoad, BareLineEndings,
        CommandTimeout,
        ContentTimeout, ReplyTimeout, HandshakeTimeout, ContentRateMin, ContentRateGrace, WaitForData,
    ];
}
