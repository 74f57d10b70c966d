using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Relay.Testing.Tls;

namespace Relay.EndToEnd.Tests.Tls;

/// <summary>New certificates are taken up by the running program, and no session notices.</summary>
public sealed class CertificateReloadTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_new_certificate_is_shown_to_new_clients_and_sessions_go_on(bool byReload)
    {
        using var workspace = new Workspace();
        using var authority = new TestAuthority();
        string certificate = workspace.PathOf("relay.pem");
        string key = workspace.PathOf("relay.key");
        Write(authority, "old.test", certificate, key);
        await using var relay = new RelayUnderTest(workspace, Workspace.FreePort())
        {
            Settings = [$"tls.certificates={certificate} | {key}"],
        };
        await relay.StartAsync();
        (SslStream session, string shown) = await OpenAsync(relay.Port);
        await using (session)
        {
            Assert.Contains("CN=old.test", shown, StringComparison.Ordinal);
            Write(authority, "new.test", certificate, key);
            if (byReload)
            {
                await relay.Program.SignalAsync("HUP");
                await relay.Program.WaitForLineAsync("reloaded");
            }
            else
            {
                await relay.Program.WaitForLineAsync("is in force");
            }

            (SslStream next, shown) = await OpenAsync(relay.Port);
            await next.DisposeAsync();
            Assert.Contains("CN=new.test", shown, StringComparison.Ordinal);
            await session.WriteAsync("NOOP\r\n"u8.ToArray());
            Assert.StartsWith("250 ", await ReadAsync(session), StringComparison.Ordinal);
        }
    }

    private static void Write(TestAuthority authority, string name, string certificatePath, string keyPath)
    {
        using X509Certificate2 certificate = authority.Issue(name);
        PemFiles.Write(certificate, certificatePath, keyPath);
    }

    private static async Task<(SslStream Session, string Subject)> OpenAsync(int port)
    {
        var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", port);
        NetworkStream clear = client.GetStream();
        await ReadAsync(clear);
        await clear.WriteAsync("STARTTLS\r\n"u8.ToArray());
        Assert.StartsWith("220 ", await ReadAsync(clear), StringComparison.Ordinal);
        var stream = new SslStream(clear);
#pragma warning disable CA5359 // whichever it is, is what is asked
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "relay.test",
            RemoteCertificateValidationCallback = static (_, _, _, _) => true,
        });
#pragma warning restore CA5359
        return (stream, stream.RemoteCertificate!.Subject);
    }

    /// <summary>A reply of one line.</summary>
    private static async Task<string> ReadAsync(Stream stream)
    {
        byte[] buffer = new byte[1000];
        int length = 0;
        while (length == 0 || buffer[length - 1] != '\n')
        {
            int read = await stream.ReadAsync(buffer.AsMemory(length)).AsTask().WaitAsync(TimeSpan.FromMinutes(1));
            Assert.NotEqual(0, read);
            length += read;
        }

        return Encoding.ASCII.GetString(buffer, 0, length);
    }
}
