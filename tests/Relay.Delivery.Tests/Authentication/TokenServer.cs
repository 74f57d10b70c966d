using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Relay.Delivery.Tests.Authentication;

/// <summary>
/// A small HTTPS server on loopback with an authority of its own, which answers each POST as it is told.
/// </summary>
internal sealed class TokenServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2 _certificate;
    private readonly Func<string, (int Status, string Body)> _answer;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;
    private int _requests;

    public TokenServer(Func<string, (int Status, string Body)> answer)
    {
        _answer = answer;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 made = request.CreateSelfSigned(
            TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(2));
        AuthorityPem = made.ExportCertificatePem();
        _certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        _listener.Start();
        _loop = AcceptAsync();
    }

    public string AuthorityPem { get; }

    public int Requests => Volatile.Read(ref _requests);

    public string Url => $"https://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/token";

    /// <summary>Set: answers wait for it.</summary>
    public TaskCompletionSource? Gate { get; set; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _loop;
        _certificate.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
            }
        }
        catch (Exception exception) when (exception
            is OperationCanceledException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // stopped, perhaps between two clients
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                await using var stream = new SslStream(client.GetStream());
                await stream.AuthenticateAsServerAsync(
                    new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _stop.Token);
                string form = await ReadAsync(stream);
                Interlocked.Increment(ref _requests);
                if (Gate is { } gate)
                {
                    await gate.Task;
                }

                (int status, string body) = _answer(form);
                await stream.WriteAsync(Encoding.UTF8.GetBytes(
                    $"HTTP/1.1 {status} x\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n"
                    + $"Connection: close\r\n\r\n{body}"));
            }
        }
        catch (Exception exception) when (exception is IOException or System.Security.Authentication.AuthenticationException
            or OperationCanceledException)
        {
            // the client does not trust us, or went away
        }
    }

    private static async Task<string> ReadAsync(SslStream stream)
    {
        var text = new StringBuilder();
        byte[] buffer = new byte[4096];
        while (true)
        {
            int length = await stream.ReadAsync(buffer);
            text.Append(Encoding.UTF8.GetString(buffer, 0, length));
            string all = text.ToString();
            int head = all.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (head >= 0)
            {
                int at = all.IndexOf("Content-Length: ", StringComparison.OrdinalIgnoreCase) + 16;
                int body = int.Parse(
                    all[at..all.IndexOf('\r', at)], System.Globalization.CultureInfo.InvariantCulture);
                if (all.Length >= head + 4 + body)
                {
                    return all[(head + 4)..];
                }
            }

            if (length == 0)
            {
                throw new IOException("the request ended too soon");
            }
        }
    }
}
