using System.Net;
using System.Net.Sockets;
using Relay.Host.Service;
using Relay.Host.Tests.Commands;

namespace Relay.Host.Tests.Service;

/// <summary>Sockets that the service manager bound before the program began (sd_listen_fds(3)).</summary>
public sealed class SocketActivationTests : IDisposable
{
    private const string Activator = "/usr/bin/systemd-socket-activate";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("relay-activation-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Sockets_for_another_process_are_left_alone()
    {
        var environment = new Dictionary<string, string> { ["LISTEN_PID"] = "1", ["LISTEN_FDS"] = "1" };
        Assert.Empty(ActivatedSockets.Of(environment.GetValueOrDefault).EndPoints);
        Assert.Null(ActivatedSockets.Of(static _ => null).Take(new IPEndPoint(IPAddress.Loopback, 25)));
    }

    [Fact]
    public async Task A_listener_takes_the_socket_that_systemd_bound_for_its_address()
    {
        Assert.SkipWhen(!File.Exists(Activator), $"{Activator} is not installed");
        int port;
        using (var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            probe.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.7"), 0));
            port = ((IPEndPoint)probe.LocalEndPoint!).Port;
        }

        await using RelayProcess relay = RelayProcess.StartProgram(
            Activator, _directory.FullName, [], "-l", $"127.0.0.7:{port}",
            Path.Combine(AppContext.BaseDirectory, "relay"), "serve", "--listen", $"127.0.0.7:{port}",
            "--queue", "null", "--admin-socket", "");
        await relay.WaitForLineAsync("Listening on");
        using var client = new TcpClient(AddressFamily.InterNetwork);
        await client.ConnectAsync(IPAddress.Parse("127.0.0.7"), port); // which starts the program
        using var reader = new StreamReader(client.GetStream());

        Assert.StartsWith("220 ", await reader.ReadLineAsync(), StringComparison.Ordinal);
        await relay.WaitForLineAsync($"listening on 127.0.0.7:{port}"); // the log is written behind what it tells
    }
}
