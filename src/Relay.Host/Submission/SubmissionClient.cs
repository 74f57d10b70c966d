using System.Net.Sockets;
using System.Text;

namespace Relay.Host.Submission;

/// <summary>
/// Hands a message to the relay by SMTP over its submission socket, so that it meets the same decisions as any other.
/// Whoever connects is known to the relay by the kernel's word. Blocks; for short-lived commands and the drop folder's
/// own thread.
/// </summary>
internal sealed class SubmissionClient : IDisposable
{
    /// <summary>The relay commits to a disk and may show a delivery before it answers.</summary>
    private const int ReplyTimeoutMilliseconds = 10 * 60 * 1000;

    private readonly NetworkStream _network;
    private readonly BufferedStream _stream;
    private readonly Action<string>? _onDelivery;

    private SubmissionClient(Socket socket, Action<string>? onDelivery)
    {
        _network = new NetworkStream(socket, ownsSocket: true) { ReadTimeout = ReplyTimeoutMilliseconds };
        _stream = new BufferedStream(_network, 64 * 1024);
        _onDelivery = onDelivery;
        HostName = string.Empty;
    }

    /// <summary>The relay's own name, as it says it.</summary>
    public string HostName { get; private set; }

    /// <summary>Connects and greets.</summary>
    /// <param name="onDelivery">If not null, gets each line of the delivery's dialogue (<c>-v</c>).</param>
    /// <returns>Null if no relay takes mail there now.</returns>
    public static SubmissionClient? TryConnect(string path, Action<string>? onDelivery, out string problem)
    {
        if (!File.Exists(path))
        {
            problem = $"{path}: no such socket";
            return null;
        }

        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        SubmissionClient? client = null;
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            client = new SubmissionClient(socket, onDelivery);
            problem = client.Greet();
            if (problem.Length == 0)
            {
                return client;
            }
        }
        catch (Exception exception) when (exception is SocketException or IOException or ArgumentException)
        {
            problem = $"{path}: {exception.Message}";
        }

        socket.Dispose();
        client?.Dispose();
        return null;
    }

    /// <summary>
    /// Submits the message. If the relay takes fewer recipients in one transaction (452 4.5.3) than there are, the
    /// others go in further ones. Whoever may or may not have got it when the relay went away is deferred.
    /// </summary>
    public SubmissionResult Submit(SubmittedMessage message)
    {
        MessageText text = MessageText.Parse(message.Content);
        byte[] header = MessageCompleter.Header(message, text, HostName);
        string sender = MessageCompleter.SenderOf(message, HostName);
        string?[] parameters =
            [sender, message.Notify, message.Return, message.EnvelopeId, message.ConfigurationFile];
        if (Array.Exists(parameters, static p => p is not null && p.Any(char.IsControl)))
        {
            const string Invalid = "501 5.5.4 Invalid sender or parameter";
            return new SubmissionResult(null, [.. message.Recipients.Select(static r => (r, Invalid))], [], Invalid);
        }

        var parts = new Submission(MailCommand(message, sender, header, text.Body.Span), message.Notify);
        IReadOnlyList<string> rest = message.Recipients;
        try
        {
            if (_onDelivery is not null)
            {
                _ = Ask("VERB");
            }

            if (message.ConfigurationFile is { } file)
            {
                _ = Ask($"NOOP -C {file}"); // for the warning
            }

            while (rest.Count > 0)
            {
                rest = Transact(parts, rest, header, text.Body.Span);
            }
        }
        catch (IOException exception)
        {
            parts.Problem = exception.Message;
            parts.Deferred.AddRange(
                rest.Except(parts.Refused.Select(static r => r.Recipient)).Except(parts.Deferred).ToArray());
        }

        return new SubmissionResult(
            parts.Ids.Count == 0 ? null : string.Join(", ", parts.Ids), parts.Refused, parts.Deferred, parts.Problem);
    }

    public void Dispose()
    {
        try
        {
            _stream.Write("QUIT\r\n"u8);
            _stream.Flush();
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // gone already
        }

        _network.Dispose();
    }

    /// <summary>One transaction with as many recipients as the relay takes; returns who needs another one.</summary>
    private IReadOnlyList<string> Transact(
        Submission parts, IReadOnlyList<string> recipients, ReadOnlySpan<byte> header, ReadOnlySpan<byte> body)
    {
        Reply mail = Ask(parts.MailCommand);
        if (!mail.IsPositive)
        {
            parts.Refuse(recipients, mail);
            return [];
        }

        var accepted = new List<string>();
        IReadOnlyList<string> rest = [];
        for (int i = 0; i < recipients.Count; i++)
        {
            string recipient = recipients[i];
            Reply reply = IsSafe(recipient)
                ? Ask($"RCPT TO:<{recipient}>{parts.Notify}")
                : new Reply(553, "553 5.1.3 Invalid recipient address");
            if (reply.IsTooManyRecipients && i > 0)
            {
                rest = [.. recipients.Skip(i)];
                break;
            }

            if (reply.IsPositive)
            {
                accepted.Add(recipient);
            }
            else
            {
                parts.Refuse([recipient], reply);
            }
        }

        if (accepted.Count == 0)
        {
            _ = Ask("RSET");
            return rest;
        }

        Reply end = SendContent(header, body);
        if (end.IsPositive)
        {
            parts.Ids.Add(QueueIdOf(end.Text));
            return rest;
        }

        // The content is the same for all others.
        parts.Refuse([.. accepted, .. rest], end);
        return [];
    }

    private Reply SendContent(ReadOnlySpan<byte> header, ReadOnlySpan<byte> body)
    {
        Reply data = Ask("DATA");
        if (data.Code != 354)
        {
            return data;
        }

        MessageCompleter.WriteLines(_stream, header, stuffs: true);
        MessageCompleter.WriteLines(_stream, body, stuffs: true);
        return Ask(".");
    }

    /// <summary>Empty if the relay takes mail.</summary>
    private string Greet()
    {
        Reply greeting = ReadReply();
        if (!greeting.IsPositive)
        {
            return greeting.Text;
        }

        Reply hello = Ask("EHLO localhost");
        string[] words = hello.Text.Split(' ');
        HostName = words.Length > 1 ? words[1] : "localhost";
        return hello.IsPositive ? string.Empty : hello.Text;
    }

    private static string MailCommand(
        SubmittedMessage message, string sender, ReadOnlySpan<byte> header, ReadOnlySpan<byte> body)
    {
        bool isEightBit = header.ContainsAnyExceptInRange((byte)0, (byte)0x7F)
            || body.ContainsAnyExceptInRange((byte)0, (byte)0x7F);
        bool needsUtf8 = !Ascii.IsValid(sender) || message.Recipients.Any(static r => !Ascii.IsValid(r));
        return $"MAIL FROM:<{sender}> SIZE={header.Length + body.Length}"
            + (isEightBit ? " BODY=8BITMIME" : string.Empty)
            + (needsUtf8 ? " SMTPUTF8" : string.Empty)
            + (message.Return is { } what ? $" RET={what}" : string.Empty)
            + (message.EnvelopeId is { } id ? $" ENVID={id}" : string.Empty);
    }

    /// <summary>An address must not end its command.</summary>
    private static bool IsSafe(string address) => address.Length > 0 && !address.Any(char.IsControl);

    /// <summary>The id in <c>250 2.0.0 ID Message accepted for delivery</c>.</summary>
    private static string QueueIdOf(string reply) =>
        reply.Split(' ') is { Length: > 2 } words ? words[2] : string.Empty;

    private Reply Ask(string command)
    {
        _stream.Write(Encoding.UTF8.GetBytes(command));
        _stream.Write("\r\n"u8);
        _stream.Flush();
        return ReadReply();
    }

    private Reply ReadReply()
    {
        string text = string.Empty;
        while (true)
        {
            string line = ReadLine();
            if (line.StartsWith("050", StringComparison.Ordinal))
            {
                _onDelivery?.Invoke(line.Length > 4 ? line[4..] : string.Empty);
                continue;
            }

            text = text.Length == 0 ? line : text;
            if (line.Length < 4 || line[3] != '-')
            {
                return int.TryParse(text.AsSpan(0, Math.Min(3, text.Length)), out int code)
                    ? new Reply(code, text.Length > 3 && text[3] == '-' ? $"{text[..3]} {text[4..]}" : text)
                    : throw new IOException($"not an SMTP reply: {text}");
            }
        }
    }

    private string ReadLine()
    {
        var line = new List<byte>(80);
        while (true)
        {
            int octet = _stream.ReadByte();
            switch (octet)
            {
                case -1:
                    throw new IOException("the relay closed the connection");
                case '\n':
                    return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
                default:
                    line.Add((byte)octet);
                    break;
            }
        }
    }

    private readonly record struct Reply(int Code, string Text)
    {
        public bool IsPositive => Code / 100 == 2;

        public bool IsPermanent => Code / 100 == 5;

        /// <summary>No more in this transaction, but in another one (RFC 5321 §4.5.3.1.10).</summary>
        public bool IsTooManyRecipients => Text.StartsWith("452 4.5.3", StringComparison.Ordinal);
    }

    /// <summary>What the transactions of one message have in common, and what came of them so far.</summary>
    private sealed class Submission(string mailCommand, string? notify)
    {
        public string MailCommand { get; } = mailCommand;

        public string Notify { get; } = notify is { } words ? $" NOTIFY={words}" : string.Empty;

        public List<string> Ids { get; } = [];

        public List<(string Recipient, string Reply)> Refused { get; } = [];

        public List<string> Deferred { get; } = [];

        public string? Problem { get; set; }

        /// <summary>For good or for now, as the reply says.</summary>
        public void Refuse(IReadOnlyList<string> recipients, Reply reply)
        {
            Problem = reply.Text;
            if (reply.IsPermanent)
            {
                Refused.AddRange(recipients.Select(r => (r, reply.Text)));
            }
            else
            {
                Deferred.AddRange(recipients);
            }
        }
    }
}
