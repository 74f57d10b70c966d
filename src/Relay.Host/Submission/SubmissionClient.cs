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

    /// <summary>Submits the message. After an <see cref="IOException"/> the outcome is unknown.</summary>
    /// <exception cref="IOException">The relay went away.</exception>
    public SubmissionResult Submit(SubmittedMessage message)
    {
        MessageText text = MessageText.Parse(message.Content);
        byte[] header = MessageCompleter.Header(message, text, HostName);
        string sender = MessageCompleter.SenderOf(message, HostName);
        string?[] parameters = [sender, message.Notify, message.Return, message.EnvelopeId];
        if (Array.Exists(parameters, static p => p is not null && p.Any(char.IsControl)))
        {
            return new SubmissionResult(null, [], [], "501 5.5.4 Invalid sender or parameter");
        }

        if (_onDelivery is not null)
        {
            _ = Ask("VERB");
        }

        Reply mail = Ask(MailCommand(message, sender, header, text.Body.Span));
        if (!mail.IsPositive)
        {
            return mail.IsPermanent
                ? new SubmissionResult(null, [], [], mail.Text)
                : new SubmissionResult(null, [], message.Recipients, mail.Text);
        }

        var accepted = new List<string>();
        var refused = new List<(string Recipient, string Reply)>();
        var deferred = new List<string>();
        foreach (string recipient in message.Recipients)
        {
            string notify = message.Notify is { } words ? $" NOTIFY={words}" : string.Empty;
            Reply reply = IsSafe(recipient)
                ? Ask($"RCPT TO:<{recipient}>{notify}")
                : new Reply(553, "553 5.1.3 Invalid recipient address");
            if (reply.IsPositive)
            {
                accepted.Add(recipient);
            }
            else if (reply.IsPermanent)
            {
                refused.Add((recipient, reply.Text));
            }
            else
            {
                deferred.Add(recipient);
            }
        }

        return accepted.Count == 0
            ? new SubmissionResult(null, refused, deferred, deferred.Count > 0 ? "refused for now" : null)
            : SendContent(header, text.Body.Span, accepted, refused, deferred);
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

    private SubmissionResult SendContent(
        ReadOnlySpan<byte> header,
        ReadOnlySpan<byte> body,
        List<string> accepted,
        List<(string Recipient, string Reply)> refused,
        List<string> deferred)
    {
        Reply data = Ask("DATA");
        if (data.Code == 354)
        {
            MessageCompleter.WriteLines(_stream, header, stuffs: true);
            MessageCompleter.WriteLines(_stream, body, stuffs: true);
            data = Ask(".");
        }

        return data.IsPositive ? new SubmissionResult(QueueIdOf(data.Text), refused, deferred, null)
            : data.IsPermanent ? new SubmissionResult(null, refused, deferred, data.Text)
            : new SubmissionResult(null, refused, [.. accepted, .. deferred], data.Text);
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
    }
}
