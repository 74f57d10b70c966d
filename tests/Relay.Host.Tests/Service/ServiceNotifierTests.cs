using System.Net.Sockets;
using System.Text;
using Relay.Host.Service;
using Relay.Host.Tests.Commands;
using Relay.Testing;
using Relay.Throttling;

namespace Relay.Host.Tests.Service;

/// <summary>What a service manager hears (sd_notify(3)), on a socket that stands for it.</summary>
public sealed class ServiceNotifierTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("relay-notify-").FullName;
    private readonly Socket _manager;

    public ServiceNotifierTests()
    {
        _manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 60_000 };
        _manager.Bind(new UnixDomainSocketEndPoint(SocketPath));
    }

    private string SocketPath => Path.Combine(_directory, "notify");

    public void Dispose()
    {
        _manager.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void The_watchdog_is_fed_at_half_its_time_while_the_program_lives_and_not_when_it_hangs()
    {
        var time = new ManualTimeProvider();
        using var heartbeat = new Heartbeat(time);
        bool alive = true;
        using ServiceNotifier notifier = Make(time, ("WATCHDOG_USEC", "10000000"));
        notifier.Watch(heartbeat, () => alive);

        for (int i = 0; i < 11; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(["WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1"], ReceiveAll());
        alive = false;
        time.Advance(TimeSpan.FromSeconds(20));
        Assert.Empty(ReceiveAll());
    }

    [Fact]
    public void Another_process_s_watchdog_is_not_fed()
    {
        var time = new ManualTimeProvider();
        using var heartbeat = new Heartbeat(time);
        using ServiceNotifier notifier = Make(time, ("WATCHDOG_USEC", "1000000"), ("WATCHDOG_PID", "1"));
        notifier.Watch(heartbeat, static () => true);
        time.Advance(TimeSpan.FromSeconds(5));

        Assert.Empty(ReceiveAll());
    }

    [Fact]
    public void States_are_said_with_their_times()
    {
        var time = new ManualTimeProvider();
        using ServiceNotifier notifier = Make(time);
        notifier.Ready("taking mail");
        notifier.Reloading();
        notifier.Stopping(TimeSpan.FromSeconds(20));

        string[] said = ReceiveAll();
        Assert.Equal("READY=1\nSTATUS=taking mail", said[0]);
        Assert.Equal($"RELOADING=1\nMONOTONIC_USEC={time.GetTimestamp() / 10}", said[1]);
        Assert.Equal("STOPPING=1\nEXTEND_TIMEOUT_USEC=70000000", said[2]);
    }

    [Fact]
    public void Nobody_there_is_no_trouble()
    {
        using ServiceNotifier none = ServiceNotifier.Of(static _ => null, TimeProvider.System);
        none.Ready("x");
        Assert.False(none.IsHeard);
        using ServiceNotifier gone = ServiceNotifier.Of(
            static name => name == "NOTIFY_SOCKET" ? "/nonexistent/notify" : null, TimeProvider.System);
        gone.Ready("x");
        Assert.False(gone.IsHeard);
    }

    [Fact]
    public async Task The_program_says_ready_reloading_and_stopping_at_the_right_times()
    {
        await using RelayProcess relay = RelayProcess.StartWith(
            _directory, new Dictionary<string, string> { ["NOTIFY_SOCKET"] = SocketPath },
            "serve", "--listen", "127.0.0.1:0", "--queue", "null");
        Assert.StartsWith("READY=1", Receive(), StringComparison.Ordinal);
        await relay.WaitForLineAsync("The mail log ");
        Assert.DoesNotContain("Ctrl-C", relay.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Try one of", relay.Output, StringComparison.Ordinal);
        await relay.SignalAsync("HUP");
        Assert.StartsWith("RELOADING=1\nMONOTONIC_USEC=", Receive(), StringComparison.Ordinal);
        Assert.StartsWith("READY=1", Receive(), StringComparison.Ordinal);
        await relay.SignalAsync("TERM");
        Assert.StartsWith("STOPPING=1", Receive(), StringComparison.Ordinal);
        Assert.Equal(0, await relay.WaitForExitAsync());
    }

    private ServiceNotifier Make(TimeProvider time, params (string Name, string Value)[] variables)
    {
        var environment = variables.ToDictionary(static v => v.Name, static v => v.Value);
        environment["NOTIFY_SOCKET"] = SocketPath;
        return ServiceNotifier.Of(environment.GetValueOrDefault, time);
    }

    private string Receive()
    {
        byte[] buffer = new byte[4096];
        return Encoding.UTF8.GetString(buffer, 0, _manager.Receive(buffer));
    }

    private string[] ReceiveAll()
    {
        var all = new List<string>();
        while (_manager.Poll(TimeSpan.Zero, SelectMode.SelectRead))
        {
            all.Add(Receive());
        }

        return [.. all];
    }
}
