using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Relay.Server.Tests.Fixtures;

/// <summary>A client that can do TLS. Waits at most half a minute for anything; trusts everybody.</summary>
internal sealed class TlsSocketClient : IDisposable
{
    private const int Patience = 30_000;

    private readonly NetworkStream _socket;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private Stream _stream;
    private string _heard = string.Empty;

    public TlsSocketClient(EndPoint server)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(server);
        _stream = _socket = new NetworkStream(socket, ownsSocket: true) { ReadTimeout = Patience };
    }

    /// <summary>The server's certificate, once TLS is active.</summary>
    public X509Certificate? ServerCertificate => (_stream as SslStream)?.RemoteCertificate;

    /// <summary>Greets, says EHLO and STARTTLS, and runs the handshake.</summary>
    public static async Task<TlsSocketClient> StartTlsAsync(EndPoint server, X509Certificate2? certificate = null)
    {
        var client = new TlsSocketClient(server);
        await client.ReadReplyAsync();
        await client.SayAsync("EHLO client.example\r\n");
        Assert.Equal("220 2.0.0 Ready to start TLS\r\n", await client.SayAsync("STARTTLS\r\n"));
        await client.HandshakeAsync(certificate);
        return client;
    }

    public async Task HandshakeAsync(X509Certificate2? certificate = null)
    {
        Assert.Equal(string.Empty, _heard);
        var tls = new SslStream(_socket, leaveInnerStreamOpen: false);
        using var limit = new CancellationTokenSource(Patience);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "mx.test",
                RemoteCertificateValidationCallback = static (_, _, _, _) => true,
                ClientCertificateContext = certificate is null
                    ? null
                    : SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true),
            },
            limit.Token);
        _stream = tls;
    }

    public async Task SendAsync(string text)
    {
        await _stream.WriteAsync(Encoding.Latin1.GetBytes(text));
        await _stream.FlushAsync();
    }

    /// <summary>The next reply, all lines of it; empty if the server closes instead.</summary>
    public async Task<string> ReadReplyAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            int start = 0;
            for (int end = _heard.IndexOf("\r\n", StringComparison.Ordinal); end >= 0;
                end = _heard.IndexOf("\r\n", start, StringComparison.Ordinal))
            {
                bool last = end - start < 4 || _heard[start + 3] == ' ';
                start = end + 2;
                if (last)
                {
                    string reply = _heard[..start];
                    _heard = _heard[start..];
                    return reply;
                }
            }

            int count;
            try
            {
                count = await _stream.ReadAsync(_buffer, limit.Token);
            }
            catch (IOException)
            {
                count = 0;
            }

            if (count == 0)
            {
                return string.Empty;
            }

            _heard += Encoding.Latin1.GetString(_buffer, 0, count);
        }
    }

    public async Task<string> SayAsync(string text)
    {
        await SendAsync(text);
        return await ReadReplyAsync();
    }

    public void Dispose() => _stream.Dispose();
}
