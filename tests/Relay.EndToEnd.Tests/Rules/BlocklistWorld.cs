namespace Relay.EndToEnd.Tests.Rules;

/// <summary>Lists in the DNS with each kind of text, and clients that are on one of them.</summary>
public sealed class BlocklistWorld : RuleWorld
{
    /// <summary>The lists in the order in which they are asked, each with its client: 192.0.2.1 and so on.</summary>
    internal static string[] Lists { get; } =
    [
        "first.list",
        "own.list | 553 Mail from $&{client_addr} refused by $&{client_name}",
        "code.list | 450 Mail from $&{client_addr} refused - see x",
        "quiet.list | discard",
        "held.list | quarantine",
        "answers.list | | | 127.0.0.3",
        "temp.list | | t",
        "own-temp.list | | 450 ask again",
        "open.list",
    ];

    private protected override Task StartAsync()
    {
        for (int i = 0; i < Lists.Length; i++)
        {
            string zone = Lists[i].Split(' ')[0];
            bool isDead = zone.Contains("temp", StringComparison.Ordinal) || zone == "open.list";
            string kind = isDead ? "TEMP" : "A 127.0.0.2";
            World.Names.Add($"2.0.0.127.{zone} A 127.0.0.2", $"{i + 1}.2.0.192.{zone} {kind}");
        }

        World.Names.Add(
            "2.0.0.127.answers.list A 127.0.0.3", "16.2.0.192.answers.list A 127.0.0.3",
            "20.2.0.192.first.list A 127.0.0.2", "20.2.0.192.own.list A 127.0.0.2", // on two lists
            "21.2.0.192.first.list A 127.0.0.2", "22.2.0.192.first.list A 127.0.0.2",
            "23.2.0.192.first.list A 127.0.0.2",
            "9.0.1.10.first.list A 127.0.0.2",
            "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.first.list A 127.0.0.2");
        World.Table("relay-domains", "open.example 10.1\n192.0.2.23\n");
        World.Table("access", "Connect:192.0.2.21 OK\nConnect:192.0.2.22 RELAY\n");
        return World.ServeAsync(HostName, $"access.dnsbl={string.Join('\n', Lists)}");
    }
}
