using System.Net;
using System.Net.Sockets;
using Relay.LoadGenerator.Tls;
using Relay.Testing.Tls;

namespace Relay.LoadGenerator.Tests.Tls;

/// <summary>The load over TLS, source against sink.</summary>
public sealed class TlsLoadTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Every_message_of_the_source_reaches_the_sink(bool tls)
    {
        string file = Path.GetTempFileName();
        try
        {
            using var certificate = TestAuthority.SelfSigned("localhost");
            PemFiles.Replace(
                file, PemFiles.KeyOf(certificate) + "\n" + certificate.ExportCertificatePem(), PemFiles.Private);
            IPEndPoint address = FreeAddress();
            Task sink = TlsLoad.ReceiveAsync(address, messages: 100, tls ? file : null);
            Assert.True(await TlsLoad.SendAsync(address, sessions: 3, messages: 100, length: 5000, tls));
            await sink.WaitAsync(TimeSpan.FromMinutes(1)); // ends when all are there
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static IPEndPoint FreeAddress()
    {
        // An address of its own: what other tests do on 127.0.0.1 cannot take the port meanwhile.
        var address = new IPAddress([127, 90, (byte)Random.Shared.Next(256), (byte)Random.Shared.Next(1, 255)]);
        using var listener = new TcpListener(address, 0);
        listener.Start();
        return (IPEndPoint)listener.LocalEndpoint;
    }
}
