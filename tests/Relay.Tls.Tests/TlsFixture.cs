using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Relay.Testing.Tls;
using Relay.Tls.Certificates;
using Relay.Tls.Connections;

namespace Relay.Tls.Tests;

/// <summary>An authority, a folder of files, and connections between a client and a server.</summary>
public sealed class TlsFixture : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("relay-tls-").FullName;

    public TestAuthority Authority { get; } = new();

    /// <summary>Writes a certificate of the authority; returns its files.</summary>
    public CertificateFiles Certificate(string name, bool rsa = false)
    {
        var files = new CertificateFiles(File($"{name}.pem"), File($"{name}.key"));
        using var certificate = Authority.Issue(name, rsa: rsa);
        PemFiles.Write(certificate, files.Certificate, files.Key);
        return files;
    }

    public string File(string name) => Path.Combine(Folder, name);

    public TlsServer Server(params CertificateFiles[] files) =>
        Server(new TlsServerOptions { Files = new TlsFiles { Certificates = files } });

    public TlsServer Server(TlsServerOptions options)
    {
        var server = new TlsServer(options, out IReadOnlyList<string> problems);
        Assert.Empty(problems);
        return server;
    }

    /// <summary>A client that trusts the authority.</summary>
    public TlsClient Client(TlsMinimumVersion minimum = TlsMinimumVersion.Tls12, params CertificateFiles[] files)
    {
        var client = new TlsClient(
            new TlsClientOptions
            {
                MinimumVersion = minimum,
                Files = new TlsFiles { Authorities = Authority.WriteTo(File("ca.pem")), Certificates = files },
            },
            out IReadOnlyList<string> problems);
        Assert.Empty(problems);
        return client;
    }

    /// <summary>Connects, lets a line go to and fro, and tells what each side knows of the session.</summary>
    internal static async Task<(TlsInfo Client, TlsInfo Server)> TalkAsync(
        TlsClient client, TlsServer server, string host)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var near = new TcpClient();
        await near.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using TcpClient far = await listener.AcceptTcpClientAsync();
        Task<TlsInfo> serving = EchoAsync(server, far.GetStream());
        (Stream stream, TlsInfo info) = await client.AuthenticateAsync(near.GetStream(), host, CancellationToken.None);
        await using (stream)
        {
            await stream.WriteAsync("hello"u8.ToArray());
            byte[] answer = new byte[5];
            await stream.ReadExactlyAsync(answer);
            Assert.Equal("hello"u8, answer);
            Assert.Equal(0, await stream.ReadAsync(answer));
        }

        return (info, await serving);
    }

    public void Dispose()
    {
        Authority.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static async Task<TlsInfo> EchoAsync(TlsServer server, NetworkStream stream)
    {
        TlsTransport transport = await server.AuthenticateAsync(
            new Pipes(PipeReader.Create(stream), PipeWriter.Create(stream)),
            MemoryPool<byte>.Shared,
            asksForCertificate: true,
            CancellationToken.None);
        ReadResult read = await transport.Input.ReadAtLeastAsync(5);
        transport.Output.Write(read.Buffer.ToArray());
        await transport.Output.FlushAsync();
        transport.Input.AdvanceTo(read.Buffer.End);
        await transport.DisposeAsync();
        return transport.Info;
    }

    private sealed record Pipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
