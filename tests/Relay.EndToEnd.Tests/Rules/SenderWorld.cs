namespace Relay.EndToEnd.Tests.Rules;

/// <summary>
/// Senders whose domains exist, do not, or cannot be looked up; clients whose name is ours or is not.
/// </summary>
public sealed class SenderWorld : RuleWorld
{
    private protected override Task StartAsync()
    {
        World.Names.AddClient("198.51.100.2", "pc.mine.example");
        World.Names.Add(
            "mx.example MX 10 nowhere.example", "a.example A 192.0.2.1", "aaaa.example AAAA 2001:db8::1",
            "slow.example TEMP", "slow2.example TEMP", "old.example TEMP");
        World.Table("relay-domains", "open.example\n");
        World.Table("local-host-names", "pc.mine.example\n");
        World.Table("domaintable", "old.example a.example\n");
        World.Table("aliases", "fred: fred@open.example\n");
        World.Table("access", "From:fine.missing.example OK\nFrom:slow2.example RELAY\nFrom:bad.a.example REJECT\n");
        return World.ServeAsync(HostName);
    }
}
