using System.Net;
using Relay.Tls;

namespace Relay.Server;

/// <summary>
/// Everything about reception that may be set; each default names its origin. Input of
/// <see cref="SmtpServer"/>, which makes its immutable settings of it.
/// </summary>
public sealed class SmtpServerOptions
{
    /// <summary>The name in the greeting, in replies and in the Received field (RFC 5321 §4.2, §4.4).</summary>
    public required string HostName { get; init; }

    /// <summary>
    /// The greeting, with Sendmail's macros; ESMTP comes behind its first word, line feeds make it a reply of several
    /// lines. Sendmail: SmtpGreetingMessage (confSMTP_LOGIN_MSG). No version by default, so that nobody learns it.
    /// </summary>
    public string Greeting { get; init; } = "$j Relay.Fast";

    public IReadOnlyList<SmtpListenerOptions> Listeners { get; init; } = [];

    /// <summary>Who is believed what it says of its clients by the PROXY protocol. Nobody.</summary>
    public IReadOnlyList<IPNetwork> Proxies { get; init; } = [];

    /// <summary>Which of them end TLS in our place, so that it counts as spoken with us. None.</summary>
    public IReadOnlyList<IPNetwork> TlsProxies { get; init; } = [];

    /// <summary>Who is believed what it says of its clients by XCLIENT. Nobody, as with Postfix.</summary>
    public IReadOnlyList<IPNetwork> XclientHosts { get; init; } = [];

    /// <summary>Connections that may wait in the kernel (capped by net.core.somaxconn, 4096 on Linux).</summary>
    public int Backlog { get; init; } = 4096;

    /// <summary>
    /// Sessions at once in all; more get 421 4.3.2. Twice the 10,000 that the memory budget is made for.
    /// </summary>
    public int ConnectionsMax { get; init; } = 20_000;

    /// <summary>
    /// Sessions at once per address; more get 421 4.7.0. 0 is unlimited (Sendmail's conncontrol is off).
    /// </summary>
    public int ConnectionsPerAddressMax { get; init; }

    /// <summary>
    /// Message size in octets as SIZE counts it (RFC 1870 §4). Clears the 64 MiB that large senders use.
    /// </summary>
    public long MessageSizeMax { get; init; } = 100L * 1024 * 1024;

    /// <summary>Recipients of one transaction, then 452 4.5.3. RFC 5321 §4.5.3.1.8 asks for at least 100.</summary>
    public int RecipientsMax { get; init; } = 1000;

    /// <summary>
    /// Command line with its CRLF in octets. RFC 5321 §4.5.3.1.4 asks for 512, ESMTP parameters for some 800 more
    /// (RFC 3461 §5.1 ff.); 2048 is Sendmail's limit.
    /// </summary>
    public int CommandLineLengthMax { get; init; } = 2048;

    /// <summary>Received fields in a message, then 554 5.4.6. Sendmail's MaxHopCount.</summary>
    public int ReceivedFieldsMax { get; init; } = 25;

    /// <summary>Refused commands of a session, then 421 4.7.0. Sendmail's MAXBADCOMMANDS.</summary>
    public int BadCommandsMax { get; init; } = 25;

    /// <summary>Refused recipients since the last message, then 421 4.7.0: ten times a full transaction.</summary>
    public int RefusedRecipientsMax { get; init; } = 10_000;

    /// <summary>
    /// Commands since the last message that moved no mail, then 421 4.7.0. Postfix's junk command limit.
    /// </summary>
    public int CommandsWithoutMailMax { get; init; } = 100;

    /// <summary>
    /// MAIL before HELO or EHLO is 503 (RFC 5321 §4.1.4), as with <see cref="PrivacyFlags.NeedMailHelo"/>.
    /// </summary>
    public bool RequireHello { get; init; } = true;

    /// <summary>
    /// Sendmail: PrivacyOptions, whose default is authwarnings alone. Ours keeps addresses to itself as well, and
    /// <see cref="RequireHello"/> is needmailhelo.
    /// </summary>
    public PrivacyFlags Privacy { get; init; } =
        PrivacyFlags.AuthWarnings | PrivacyFlags.NoVrfy | PrivacyFlags.NoExpn | PrivacyFlags.NoVerb;

    /// <summary>
    /// Refused recipients of a transaction behind which each further RCPT waits for a second; 0 is off. Sendmail:
    /// BadRcptThrottle (confBAD_RCPT_THROTTLE).
    /// </summary>
    public int BadRecipientThrottle { get; init; }

    /// <summary>
    /// Commands that probe or idle are answered ever more slowly, 1, 2, 4 … s up to 4 minutes: from the 3rd HELO or
    /// EHLO, the 6th VRFY or EXPN, the 8th ETRN, the 20th NOOP or VERB of a session. Sendmail: MAXHELOCOMMANDS etc.
    /// </summary>
    public bool SlowsDownProbing { get; init; } = true;

    /// <summary>
    /// A client that talks before it is greeted (greet_pause) is told 554 and closed. False keeps the session and
    /// refuses its commands, as Sendmail does.
    /// </summary>
    public bool ClosesOnPreGreetingTraffic { get; init; }

    /// <summary>
    /// Load average from which on connections are refused with 421 4.3.2; 0 is off. Sendmail: RefuseLA, there 12 per
    /// processor by default; waiting for disks counts as load, which a busy relay does.
    /// </summary>
    public int RefuseLoad { get; init; }

    /// <summary>
    /// While the load or the number of connections admits none, the listening socket is closed, and clients' connects
    /// are refused by the kernel, as Sendmail does it. False accepts connections to answer them with 421 4.3.2. Sockets
    /// of the Unix domain and inherited ones stay open.
    /// </summary>
    public bool ClosesWhileRefusing { get; init; }

    /// <summary>
    /// Load average from which on each command is answered a second later; 0 is off. Sendmail: DelayLA.
    /// </summary>
    public int DelayLoad { get; init; }

    /// <summary>
    /// How long the first attempt waits of mail that a listener only queues. Sendmail: the time to the next queue run.
    /// </summary>
    public TimeSpan QueueWait { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>What a bare CR or LF in content leads to.</summary>
    public BareLineEndingAction BareLineEndings { get; init; }

    /// <summary>Waiting for a command (RFC 5321 §4.5.3.2.7: at least 5 minutes).</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Waiting for more content (RFC 5321 §4.5.3.2.5 gives the sender 3 minutes per block; 5 as for commands).
    /// </summary>
    public TimeSpan ContentTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Waiting for the client to read our replies, then the connection is cut. As for commands.</summary>
    public TimeSpan ReplyTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// A TLS handshake from its beginning to its end, then the connection is cut. Sendmail's Timeout.starttls is 1 h;
    /// an honest client needs seconds.
    /// </summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Null: STARTTLS is neither offered nor served, and listeners for TLS cannot be.</summary>
    public TlsServer? Tls { get; init; }

    /// <summary>
    /// Content octets per second, averaged over the message; 0 is off. About half of Kestrel's 240.
    /// </summary>
    public int ContentRateMin { get; init; } = 128;

    /// <summary>
    /// How long the content may be slower than <see cref="ContentRateMin"/>; a slow start is not an attack.
    /// </summary>
    public TimeSpan ContentRateGrace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Allocates no read buffer until data has come: saves 4 KiB per idle connection and costs a system call per
    /// read.
    /// </summary>
    public bool WaitForDataBeforeAllocatingBuffer { get; init; }
}
