using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Relay.Tls.Certificates;

namespace Relay.Tls.Tests;

/// <summary>Sessions with the same host are resumed: openssl s_server says so.</summary>
public sealed class ClientResumptionTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly TlsFixture _fixture = new();

    [Theory]
    [InlineData("-tls1_3")]
    [InlineData("-tls1_2")]
    public async Task The_next_session_with_a_host_is_resumed_and_verified_all_the_same(string version)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/openssl"), "openssl is not installed (tests/run.sh installs it as root)");
        CertificateFiles files = _fixture.Certificate("mx.example.org");
        var start = new ProcessStartInfo(
            "/usr/bin/openssl",
            ["s_server", "-accept", "127.0.0.1:0", "-cert", files.Certificate, "-key", files.Key, version])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using Process server = Process.Start(start)!;
        try
        {
            string accept = await WaitForAsync(server, "ACCEPT ");
            int port = int.Parse(accept[(accept.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture);
            TlsClient client = _fixture.Client();
            Assert.Equal(TlsVerification.Ok, await TalkAsync(server, client, port, "CIPHER is"));
            Assert.Equal(TlsVerification.Ok, await TalkAsync(server, client, port, "Reused session-id"));
        }
        finally
        {
            server.Kill();
        }
    }

    public void Dispose() => _fixture.Dispose();

    /// <summary>A session in which the server says a line once it has said <paramref name="before"/> of it.</summary>
    private static async Task<TlsVerification> TalkAsync(
        Process server, TlsClient client, int port, string before)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync("127.0.0.1", port);
        (Stream stream, TlsInfo info) =
            await client.AuthenticateAsync(tcp.GetStream(), "mx.example.org", CancellationToken.None);
        await using (stream)
        {
            await WaitForAsync(server, before);
            await server.StandardInput.WriteAsync("hello\n");
            await server.StandardInput.FlushAsync();
            await stream.ReadExactlyAsync(new byte[6]).AsTask().WaitAsync(Patience);
        }

        return info.Verification;
    }

    private static async Task<string> WaitForAsync(Process server, string text)
    {
        while (await server.StandardOutput.ReadLineAsync().WaitAsync(Patience) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return line;
            }
        }

        throw new InvalidOperationException($"openssl ended without \"{text}\"");
    }
}
