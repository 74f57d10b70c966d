namespace Relay.EndToEnd.Tests.Rules;

/// <summary>Domains, networks and names that may be relayed to or for, each by one rule alone.</summary>
public class PermissionWorld : RuleWorld
{
    /// <summary>Names of clients and their addresses.</summary>
    private static readonly string[] Clients =
    [
        "mine.example", "inside.example", "pc.inside.example", "name.example", "pc.name.example", "pc.conn.example",
        "pc.target.example", "nothosted.example", "pc.far.example", "pc.gone.example",
    ];

    internal static string AddressOf(string name) => $"198.51.100.{10 + Array.IndexOf(Clients, name)}";

    /// <summary>Options of the program, <c>key=value</c>.</summary>
    private protected virtual string[] Options => [];

    private protected override Task StartAsync()
    {
        foreach (string name in Clients)
        {
            World.Names.AddClient(AddressOf(name), name);
        }

        World.Names.Add(
            "20.100.51.198.in-addr.arpa PTR pc.inside.example", // whose address is another
            "21.100.51.198.in-addr.arpa TEMP",
            "gone.example A 127.0.0.9",
            "served.example MX 10 mx.served.example",
            "served.example MX 20 Relay.Example",
            "other.example MX 10 mx.served.example",
            "slow.example TEMP");
        World.Table("local-host-names", "mine.example\n");
        World.Table(
            "relay-domains",
            "# what we relay\nhosted.example  second.example inside.example\n10.1 172.16. IPv6:2001:db8:1\n");
        World.Table("virtusertable", "known@virtual.example fred\n");
        World.Table("aliases", "fred: fred@target.example\nred@far.example: fred\n");
        World.Table("access", """
            To:target.example RELAY
            no.target.example REJECT
            untagged.example RELAY
            To:ok.example OK
            To:boss@one.example RELAY
            Connect:conn.example RELAY
            Connect:192.0.2.7 RELAY
            Connect:192.0.2.8 OK
            203.0.113 RELAY
            192.168.0. RELAY
            172.20.0.0/14 RELAY
            IPv6:2001:db8:2::9 RELAY
            name.example RELAY
            From:boss@gone.example RELAY
            gone.example REJECT

            """);
        return World.ServeAsync(HostName, ["tables.virtUserDomains=virtual.example", .. Options]);
    }
}
