using System.Globalization;
using System.Net;
using System.Text;
using Relay.Server.Greetings;
using Relay.Server.Sessions;
using Relay.Smtp.Replies;
using Relay.Tls;

namespace Relay.Server;

/// <summary>
/// The validated, immutable form of <see cref="SmtpServerOptions"/>: limits as numbers, durations in milliseconds,
/// fixed replies as octets. A session keeps the settings it began with.
/// </summary>
internal sealed class SmtpServerSettings
{
    /// <summary>Combinations of <see cref="EhloOffer"/>.</summary>
    private const int EhloOffers = 4;

    private const string StartTlsLine = "250-STARTTLS\r\n";
    private const string LastLine = "250 HELP\r\n";

    private readonly byte[][] _ehloLines;
    private readonly IPNetwork[] _proxies;
    private readonly IPNetwork[] _tlsProxies;
    private readonly IPNetwork[] _xclientHosts;

    /// <param name="servesEtrn">ETRN has a handler and is advertised.</param>
    /// <param name="verifies">VRFY and EXPN have a handler.</param>
    /// <param name="connectionsRoom">Connections that the process has descriptors for.</param>
    public SmtpServerSettings(
        SmtpServerOptions options,
        bool servesEtrn,
        bool verifies = false,
        int connectionsRoom = int.MaxValue)
    {
        Validate(options);
        HostName = Encoding.ASCII.GetBytes(options.HostName);
        _proxies = [.. options.Proxies];
        _tlsProxies = [.. options.TlsProxies];
        _xclientHosts = [.. options.XclientHosts];
        ConnectionsMax = Math.Min(options.ConnectionsMax, connectionsRoom);
        ConnectionsPerAddressMax = options.ConnectionsPerAddressMax;
        MessageSizeMax = options.MessageSizeMax;
        RecipientsMax = options.RecipientsMax;
        CommandLineLengthMax = options.CommandLineLengthMax;
        ReceivedFieldsMax = options.ReceivedFieldsMax;
        BadCommandsMax = options.BadCommandsMax;
        RefusedRecipientsMax = options.RefusedRecipientsMax;
        CommandsWithoutMailMax = options.CommandsWithoutMailMax;
        Privacy = options.Privacy | ((options.Privacy & PrivacyFlags.NoExpn) != 0 ? PrivacyFlags.NoVerb : 0);
        RequireHello = options.RequireHello || Hides(PrivacyFlags.NeedMailHelo);
        BadRecipientThrottle = options.BadRecipientThrottle;
        SlowsDownProbing = options.SlowsDownProbing;
        ClosesOnPreGreetingTraffic = options.ClosesOnPreGreetingTraffic;
        RefuseLoad = options.RefuseLoad;
        ClosesWhileRefusing = options.ClosesWhileRefusing;
        DelayLoad = options.DelayLoad;
        QueueWait = options.QueueWait;
        BareLineEndings = options.BareLineEndings;
        CommandTimeout = (long)options.CommandTimeout.TotalMilliseconds;
        ContentTimeout = (long)options.ContentTimeout.TotalMilliseconds;
        ReplyTimeout = (long)options.ReplyTimeout.TotalMilliseconds;
        HandshakeTimeout = (long)options.HandshakeTimeout.TotalMilliseconds;
        Tls = options.Tls;
        ContentRateMin = options.ContentRateMin;
        ContentRateGrace = (long)options.ContentRateGrace.TotalMilliseconds;

        Greeting = new GreetingTemplate(options.Greeting);
        ServesEtrn = servesEtrn && !Hides(PrivacyFlags.NoEtrn);
        _ehloLines = [.. Enumerable.Range(0, EhloOffers).Select(offer => EhloLines(verifies, (EhloOffer)offer))];
        Quit = Fill(Replies.Quit);
        TooManyConnections = Fill(Replies.TooManyConnections);
        Overloaded = Fill(Replies.Overloaded);
        NotAcceptingMessages = Fill(Replies.NotAcceptingMessages);
        ShuttingDown = Fill(Replies.ShuttingDown);
        CommandTimedOut = Fill(Replies.CommandTimeout);
        ContentTimedOut = Fill(Replies.DataRateTooLow);
        TooManyBadCommands = Fill(Replies.TooManyBadCommands);
        TooManyBadRecipients = Fill(Replies.TooManyBadRecipients);
        TooManyIdleCommands = Fill(Replies.TooManyIdleCommands);
        OutOfStep = Fill(Replies.OutOfStep);
        InternalFailure = Fill(Replies.InternalFailure);
    }

    public byte[] HostName { get; }

    public int ConnectionsMax { get; }

    public int ConnectionsPerAddressMax { get; }

    public long MessageSizeMax { get; }

    public int RecipientsMax { get; }

    public int CommandLineLengthMax { get; }

    public int ReceivedFieldsMax { get; }

    public int BadCommandsMax { get; }

    public int RefusedRecipientsMax { get; }

    public int CommandsWithoutMailMax { get; }

    public bool RequireHello { get; }

    /// <summary>With what they imply.</summary>
    public PrivacyFlags Privacy { get; }

    public int BadRecipientThrottle { get; }

    public bool SlowsDownProbing { get; }

    public bool ClosesOnPreGreetingTraffic { get; }

    public int RefuseLoad { get; }

    public bool ClosesWhileRefusing { get; }

    public int DelayLoad { get; }

    public TimeSpan QueueWait { get; }

    public BareLineEndingAction BareLineEndings { get; }

    /// <summary>Milliseconds, as all durations here.</summary>
    public long CommandTimeout { get; }

    public long ContentTimeout { get; }

    public long ReplyTimeout { get; }

    public long HandshakeTimeout { get; }

    public TlsServer? Tls { get; }

    public int ContentRateMin { get; }

    public long ContentRateGrace { get; }

    public GreetingTemplate Greeting { get; }

    /// <summary>ETRN is served, and may be known to be.</summary>
    public bool ServesEtrn { get; }

    public byte[] Quit { get; }

    public byte[] TooManyConnections { get; }

    public byte[] Overloaded { get; }

    public byte[] NotAcceptingMessages { get; }

    public byte[] ShuttingDown { get; }

    public byte[] CommandTimedOut { get; }

    public byte[] ContentTimedOut { get; }

    public byte[] TooManyBadCommands { get; }

    public byte[] TooManyBadRecipients { get; }

    public byte[] TooManyIdleCommands { get; }

    public byte[] OutOfStep { get; }

    public byte[] InternalFailure { get; }

    /// <summary>What the address says by the PROXY protocol is believed.</summary>
    public bool IsProxy(IPAddress address) => Array.Exists(_proxies, network => network.Contains(address));

    /// <summary>Also what it says of TLS that it has ended.</summary>
    public bool IsTlsProxy(IPAddress address) => Array.Exists(_tlsProxies, network => network.Contains(address));

    /// <summary>What the address says by XCLIENT is believed.</summary>
    public bool IsXclientHost(IPAddress address) =>
        _xclientHosts.Length > 0 && Array.Exists(_xclientHosts, network => network.Contains(address));

    /// <summary>True if the privacy options have the flag.</summary>
    public bool Hides(PrivacyFlags flag) => (Privacy & flag) != 0;

    /// <summary>The lines of the EHLO reply behind the first.</summary>
    public byte[] EhloLines(EhloOffer offer) => _ehloLines[(int)offer];

    /// <summary>How much of the lines comes behind AUTH, which each session has its own of.</summary>
    public static int EhloTailLength(EhloOffer offer) =>
        LastLine.Length + ((offer & EhloOffer.StartTls) != 0 ? StartTlsLine.Length : 0);

    /// <summary>In Sendmail's order.</summary>
    private byte[] EhloLines(bool verifies, EhloOffer offer) => Encoding.ASCII.GetBytes(
        "250-ENHANCEDSTATUSCODES\r\n250-PIPELINING\r\n"
        + (verifies && !Hides(PrivacyFlags.NoExpn) ? "250-EXPN\r\n" : string.Empty)
        + (Hides(PrivacyFlags.NoVerb) ? string.Empty : "250-VERB\r\n")
        + "250-8BITMIME\r\n"
        + $"250-SIZE {MessageSizeMax.ToString(CultureInfo.InvariantCulture)}\r\n"
        + (Hides(PrivacyFlags.NoReceipts) ? string.Empty : "250-DSN\r\n")
        + "250-SMTPUTF8\r\n250-CHUNKING\r\n"
        + ((offer & EhloOffer.Etrn) != 0 ? "250-ETRN\r\n" : string.Empty)
        + ((offer & EhloOffer.StartTls) != 0 ? StartTlsLine : string.Empty)
        + LastLine);

    /// <summary>Puts this host's name in the place of {}.</summary>
    private byte[] Fill(ReadOnlySpan<byte> template) => ReplyWriter.Fill(template, HostName);

    private static void Validate(SmtpServerOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(options.HostName);
        if (options.HostName.Length > 255 || options.HostName.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            throw new ArgumentException("The host name must be printable ASCII, at most 255 of it.", nameof(options));
        }

        if (!GreetingText.IsValid(options.Greeting, out string problem))
        {
            throw new ArgumentException($"The greeting: {problem}.", nameof(options));
        }

        Require(options.CommandLineLengthMax, 512, 16384, nameof(options.CommandLineLengthMax));
        Require(options.RecipientsMax, 1, ushort.MaxValue, nameof(options.RecipientsMax));
        Require(options.MessageSizeMax, 1, long.MaxValue / 4, nameof(options.MessageSizeMax));
        Require(options.ConnectionsMax, 1, int.MaxValue, nameof(options.ConnectionsMax));
        Require(options.ConnectionsPerAddressMax, 0, int.MaxValue, nameof(options.ConnectionsPerAddressMax));
        Require(options.ReceivedFieldsMax, 1, int.MaxValue, nameof(options.ReceivedFieldsMax));
        Require(options.BadCommandsMax, 1, int.MaxValue, nameof(options.BadCommandsMax));
        Require(options.RefusedRecipientsMax, 1, int.MaxValue, nameof(options.RefusedRecipientsMax));
        Require(options.CommandsWithoutMailMax, 1, int.MaxValue, nameof(options.CommandsWithoutMailMax));
        Require(options.BadRecipientThrottle, 0, int.MaxValue, nameof(options.BadRecipientThrottle));
        Require(options.RefuseLoad, 0, int.MaxValue, nameof(options.RefuseLoad));
        Require(options.DelayLoad, 0, int.MaxValue, nameof(options.DelayLoad));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.QueueWait, TimeSpan.Zero);
        Require(options.ContentRateMin, 0, int.MaxValue, nameof(options.ContentRateMin));
    }

    private static void Require(long value, long min, long max, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, min, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, max, name);
    }
}
