using System.Buffers;
using System.Globalization;
using System.Text;
using Relay.Smtp.Replies;

namespace Relay.Server;

/// <summary>
/// The validated, immutable form of <see cref="SmtpServerOptions"/>: limits as numbers, durations in milliseconds, fixed
/// replies as octets. A session keeps the settings it began with.
/// </summary>
internal sealed class SmtpServerSettings
{
    public SmtpServerSettings(SmtpServerOptions options, bool servesEtrn)
    {
        Validate(options);
        HostName = Encoding.ASCII.GetBytes(options.HostName);
        ConnectionsMax = options.ConnectionsMax;
        ConnectionsPerAddressMax = options.ConnectionsPerAddressMax;
        MessageSizeMax = options.MessageSizeMax;
        RecipientsMax = options.RecipientsMax;
        CommandLineLengthMax = options.CommandLineLengthMax;
        ReceivedFieldsMax = options.ReceivedFieldsMax;
        BadCommandsMax = options.BadCommandsMax;
        RefusedRecipientsMax = options.RefusedRecipientsMax;
        CommandsWithoutMailMax = options.CommandsWithoutMailMax;
        RequireHello = options.RequireHello;
        BareLineEndings = options.BareLineEndings;
        CommandTimeout = (long)options.CommandTimeout.TotalMilliseconds;
        ContentTimeout = (long)options.ContentTimeout.TotalMilliseconds;
        ReplyTimeout = (long)options.ReplyTimeout.TotalMilliseconds;
        ContentRateMin = options.ContentRateMin;
        ContentRateGrace = (long)options.ContentRateGrace.TotalMilliseconds;

        Greeting = Line($"220 {options.HostName} ESMTP {options.GreetingText}");
        EhloKeywords = Encoding.ASCII.GetBytes(
            "250-ENHANCEDSTATUSCODES\r\n250-PIPELINING\r\n250-8BITMIME\r\n" +
            $"250-SIZE {options.MessageSizeMax.ToString(CultureInfo.InvariantCulture)}\r\n" +
            "250-DSN\r\n250-SMTPUTF8\r\n250-CHUNKING\r\n" +
            (servesEtrn ? "250-ETRN\r\n" : string.Empty) +
            "250 HELP\r\n");
        Quit = Fill(Replies.Quit);
        TooManyConnections = Fill(Replies.TooManyConnections);
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

    public BareLineEndingAction BareLineEndings { get; }

    /// <summary>Milliseconds, as all durations here.</summary>
    public long CommandTimeout { get; }

    public long ContentTimeout { get; }

    public long ReplyTimeout { get; }

    public int ContentRateMin { get; }

    public long ContentRateGrace { get; }

    public byte[] Greeting { get; }

    /// <summary>The lines of the EHLO reply behind the first.</summary>
    public byte[] EhloKeywords { get; }

    public byte[] Quit { get; }

    public byte[] TooManyConnections { get; }

    public byte[] ShuttingDown { get; }

    public byte[] CommandTimedOut { get; }

    public byte[] ContentTimedOut { get; }

    public byte[] TooManyBadCommands { get; }

    public byte[] TooManyBadRecipients { get; }

    public byte[] TooManyIdleCommands { get; }

    public byte[] OutOfStep { get; }

    public byte[] InternalFailure { get; }

    /// <summary>Puts this host's name in the place of {}.</summary>
    private byte[] Fill(ReadOnlySpan<byte> template)
    {
        var writer = new ArrayBufferWriter<byte>();
        ReplyWriter.Insert(writer, template, HostName);
        return writer.WrittenSpan.ToArray();
    }

    private static byte[] Line(string text) => Encoding.ASCII.GetBytes(text + "\r\n");

    private static void Validate(SmtpServerOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(options.HostName);
        if (options.HostName.Length > 255 || options.HostName.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            throw new ArgumentException("The host name must be printable ASCII of at most 255 characters.", nameof(options));
        }

        if (options.GreetingText.AsSpan().ContainsAnyExceptInRange(' ', '~') || options.GreetingText.Length > 400)
        {
            throw new ArgumentException("The greeting text must be one line of printable ASCII.", nameof(options));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(options.CommandLineLengthMax, 512, nameof(options.CommandLineLengthMax));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.CommandLineLengthMax, 16384, nameof(options.CommandLineLengthMax));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.RecipientsMax, 1, nameof(options.RecipientsMax));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.RecipientsMax, ushort.MaxValue, nameof(options.RecipientsMax));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MessageSizeMax, nameof(options.MessageSizeMax));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.ConnectionsMax, nameof(options.ConnectionsMax));
        ArgumentOutOfRangeException.ThrowIfNegative(options.ConnectionsPerAddressMax, nameof(options.ConnectionsPerAddressMax));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.ReceivedFieldsMax, nameof(options.ReceivedFieldsMax));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.BadCommandsMax, nameof(options.BadCommandsMax));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.CommandsWithoutMailMax, nameof(options.CommandsWithoutMailMax));
        ArgumentOutOfRangeException.ThrowIfNegative(options.ContentRateMin, nameof(options.ContentRateMin));
    }
}
