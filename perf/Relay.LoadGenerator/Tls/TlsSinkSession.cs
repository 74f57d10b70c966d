using System.Buffers;
using System.Net.Security;

namespace Relay.LoadGenerator.Tls;

/// <summary>One session of the sink: commands and contents as they come, replies in one write for each read.</summary>
internal sealed class TlsSinkSession(LineStream lines, SslStreamCertificateContext? context, Action onMessage)
{
    private static readonly byte[] Ok = "250 2.0.0 ok\r\n"u8.ToArray();

    private readonly ArrayBufferWriter<byte> _replies = new();
    private bool _isContent;
    private bool _isTls;

    /// <summary>Handles what has been read; false at the end.</summary>
    public async ValueTask<bool> HandleAsync(byte[] offer)
    {
        _replies.Clear();
        bool goesOn = true;
        bool startsTls = false;
        while (goesOn && !startsTls && TryTake(offer, out goesOn, out startsTls))
        {
            // all that is there
        }

        await lines.Stream.WriteAsync(_replies.WrittenMemory);
        if (startsTls)
        {
            var stream = new SslStream(lines.Stream);
            await stream.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions { ServerCertificateContext = context });
            lines.Replace(stream);
            _isTls = true;
        }

        return goesOn;
    }

    private bool TryTake(byte[] offer, out bool goesOn, out bool startsTls)
    {
        goesOn = true;
        startsTls = false;
        ReadOnlySpan<byte> rest = lines.Rest;
        if (_isContent)
        {
            int dot = rest.IndexOf("\r\n.\r\n"u8);
            if (dot < 0)
            {
                lines.Take(Math.Max(0, rest.Length - 4)); // the end may be cut
                return false;
            }

            lines.Take(dot + 5);
            _isContent = false;
            onMessage();
            _replies.Write(Ok);
            return true;
        }

        int end = rest.IndexOf((byte)'\n');
        if (end < 0)
        {
            return false;
        }

        ReadOnlySpan<byte> line = rest[..end];
        lines.Take(end + 1);
        if (line.StartsWith("EHLO"u8))
        {
            _replies.Write(context is null || _isTls ? "250-sink.example\r\n250 PIPELINING\r\n"u8 : offer);
        }
        else if (line.StartsWith("STARTTLS"u8))
        {
            _replies.Write("220 2.0.0 go\r\n"u8);
            startsTls = true;
        }
        else if (line.StartsWith("DATA"u8))
        {
            _replies.Write("354 go\r\n"u8);
            _isContent = true;
        }
        else
        {
            goesOn = !line.StartsWith("QUIT"u8);
            _replies.Write(goesOn ? Ok : "221 2.0.0 bye\r\n"u8);
        }

        return true;
    }
}
