using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Relay.LoadGenerator.Tls;

/// <summary>
/// Load over TLS, in few lines on the runtime's own streams: the same for every server that is measured, so what it
/// costs itself is in all numbers. MAIL, RCPT and DATA go in one write; connections are used for all messages.
/// </summary>
internal static class TlsLoad
{
    private static readonly byte[] Offer =
        "250-sink.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-STARTTLS\r\n250 ENHANCEDSTATUSCODES\r\n"u8.ToArray();

    /// <summary>Seconds of the machine's clock, the same in all processes.</summary>
    public static string Now => (Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency)
        .ToString("F6", CultureInfo.InvariantCulture);

    /// <summary>Sends messages; prints when it began.</summary>
    public static async Task<bool> SendAsync(EndPoint target, int sessions, int messages, int length, bool tls)
    {
        await Console.Out.WriteLineAsync(Now);
        byte[] group = "MAIL FROM:<load@source.example>\r\nRCPT TO:<user@sink.example>\r\nDATA\r\n"u8.ToArray();
        byte[] content = Content(length);
        int left = messages;
        bool[] results = await Task.WhenAll(Enumerable.Range(0, sessions).Select(_ => Task.Run(SessionAsync)));
        return results.All(static good => good);

        async Task<bool> SessionAsync()
        {
            await using LineStream lines = await OpenAsync(target, tls);
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await lines.Stream.WriteAsync(group);
                if (!await lines.TakeRepliesAsync(3))
                {
                    return false;
                }

                await lines.Stream.WriteAsync(content);
                if (!await lines.TakeRepliesAsync(1))
                {
                    return false;
                }
            }

            await lines.Stream.WriteAsync("QUIT\r\n"u8.ToArray());
            return true;
        }
    }

    /// <summary>Takes messages; prints when the last of them was there.</summary>
    public static async Task ReceiveAsync(IPEndPoint endPoint, int messages, string? certificate)
    {
        using X509Certificate2? own = certificate is null
            ? null
            : X509Certificate2.CreateFromPemFile(certificate, certificate);
        SslStreamCertificateContext? context =
            own is null ? null : SslStreamCertificateContext.Create(own, additionalCertificates: null, offline: true);
        using var listener = new TcpListener(endPoint);
        listener.Start(1024);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        int left = messages;
        _ = AcceptAsync();
        await done.Task;
        await Console.Out.WriteLineAsync(Now);

        async Task AcceptAsync()
        {
            while (true)
            {
                Socket client = await listener.AcceptSocketAsync();
                _ = Task.Run(() => ServeAsync(new NetworkStream(client, ownsSocket: true), context, () =>
                {
                    if (Interlocked.Decrement(ref left) == 0)
                    {
                        done.TrySetResult();
                    }
                }));
            }
        }
    }

    private static byte[] Content(int length)
    {
        var text = new StringBuilder("Subject: load\r\n\r\n");
        while (text.Length < length - 80)
        {
            text.Append('x', 76).Append("\r\n");
        }

        return Encoding.ASCII.GetBytes(text.Append(".\r\n").ToString());
    }

    private static async Task<LineStream> OpenAsync(EndPoint target, bool tls)
    {
        var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(target);
        var lines = new LineStream(new NetworkStream(socket, ownsSocket: true));
        bool good = await lines.TakeRepliesAsync(1) && await SayAsync("EHLO load.example\r\n");
        if (good && tls)
        {
            good = await SayAsync("STARTTLS\r\n");
            var stream = new SslStream(lines.Stream);
#pragma warning disable CA5359 // what is measured is the cipher, not who is at the other end
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                RemoteCertificateValidationCallback = static (_, _, _, _) => true,
            });
#pragma warning restore CA5359
            lines.Replace(stream);
            good = good && await SayAsync("EHLO load.example\r\n");
        }

        return good ? lines : throw new IOException("the server refused the session");

        async ValueTask<bool> SayAsync(string command)
        {
            await lines.Stream.WriteAsync(Encoding.ASCII.GetBytes(command));
            return await lines.TakeRepliesAsync(1);
        }
    }

    private static async Task ServeAsync(
        NetworkStream client, SslStreamCertificateContext? context, Action onMessage)
    {
        try
        {
            client.Socket.NoDelay = true;
            await using var lines = new LineStream(client);
            await lines.Stream.WriteAsync("220 sink.example ESMTP\r\n"u8.ToArray());
            var session = new TlsSinkSession(lines, context, onMessage);
            while (await lines.FillAsync() && await session.HandleAsync(Offer))
            {
                // until the client goes
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException
            or System.Security.Authentication.AuthenticationException)
        {
            // the client is gone
        }
    }
}
