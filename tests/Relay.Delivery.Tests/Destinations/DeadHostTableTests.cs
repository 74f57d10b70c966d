using Relay.Delivery.Destinations;
using Relay.Routing.Routes;
using Relay.Testing;
using Relay.Throttling;

namespace Relay.Delivery.Tests.Destinations;

/// <summary>The memory of hosts that gave no session (Sendmail: HostStatus, Timeout.hoststatus).</summary>
public sealed class DeadHostTableTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly Heartbeat _heartbeat;
    private readonly NextHop _host = new("mx.test", 25, false, 0);

    public DeadHostTableTests() => _heartbeat = new Heartbeat(_time);

    [Fact]
    public void A_dead_host_is_remembered_for_five_minutes_then_ten_at_most_as_long_as_set()
    {
        var table = new DeadHostTable(_heartbeat, () => TimeSpan.FromMinutes(15));
        Assert.False(table.IsDead(_host));
        foreach (int minutes in (int[])[5, 10, 15, 15])
        {
            table.SetDead(_host);
            table.SetDead(_host); // tried side by side: one failure
            _time.Advance(TimeSpan.FromMinutes(minutes) - TimeSpan.FromSeconds(2));
            Assert.True(table.IsDead(_host));
            _time.Advance(TimeSpan.FromSeconds(3));
            Assert.False(table.IsDead(_host));
        }
    }

    [Fact]
    public void One_session_ends_it_and_names_are_compared_without_case_by_port()
    {
        var table = new DeadHostTable(_heartbeat, () => TimeSpan.FromMinutes(30));
        table.SetDead(_host);
        Assert.True(table.IsDead(_host with { Host = "MX.Test", Preference = 7 }));
        Assert.False(table.IsDead(_host with { Port = 26 }));
        table.SetLive(_host with { Host = "MX.test" });
        Assert.False(table.IsDead(_host));
    }

    [Fact]
    public void Zero_remembers_nothing()
    {
        var table = new DeadHostTable(_heartbeat, () => TimeSpan.Zero);
        table.SetDead(_host);
        Assert.False(table.IsDead(_host));
    }

    [Fact]
    public void What_was_not_found_dead_again_is_forgotten()
    {
        var table = new DeadHostTable(_heartbeat, () => TimeSpan.FromMinutes(30));
        table.SetDead(_host);
        _time.Advance(TimeSpan.FromMinutes(36));
        table.OnHeartbeat(_heartbeat.Now);
        table.SetDead(_host);
        _time.Advance(TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(1));
        Assert.False(table.IsDead(_host)); // five minutes again, not ten
    }

    public void Dispose() => _heartbeat.Dispose();
}
