using System.Globalization;

namespace Relay.EndToEnd.Tests.Rules;

/// <summary>An access table with each form of key and each kind of value, and <c>blocklist_recipients</c>.</summary>
public sealed class AccessWorld : RuleWorld
{
    private const string Access = """
        # each value, without a tag: for clients, senders and recipients
        ok.v.example OK
        relay.v.example RELAY
        reject.v.example REJECT
        Discard.V.example DISCARD
        skip.v.example SKIP
        hold.v.example QUARANTINE:look at it
        error.v.example ERROR:550 no  such   user
        quoted.v.example ERROR:"550 quoted  text"
        status.v.example ERROR:5.7.7:551 with status
        bare.v.example 550 bare text
        text.v.example ERROR:text without a code
        later.v.example ERROR:4.2.1:450 come again
        # keys of addresses
        spam@full.example REJECT
        Det+Exact@full.example ERROR:550 with this detail
        Det+*@full.example ERROR:550 with detail
        To:box@open.example ERROR:550 box
        bulk@ REJECT
        joe@ REJECT
        dom.example REJECT
        fine.dom.example OK
        badtld REJECT
        # keys of clients
        192.168.66 REJECT
        192.168.7.7 REJECT
        172.20.0.0/14 REJECT
        IPv6:2001:db8:bad REJECT
        IPv6:2001:db8:1::0:7 REJECT
        [192.0.9] REJECT
        Connect:[192.0.3.3] REJECT
        # tags
        Connect:tag.example OK
        tag.example REJECT
        Connect:parent.example OK
        child.parent.example REJECT
        Connect:skip.walk.example SKIP
        walk.example REJECT
        Connect:named.example OK
        198.51.100.40 REJECT
        198.51.100.41 REJECT
        Connect:skipped.example SKIP
        198.51.100.42 REJECT
        From:nowhere.example OK
        From:nowhere2.example RELAY
        # the first one counts
        twice.example REJECT
        twice.example OK
        novalue.example

        """;

    /// <summary>Domains of the table as names of clients, in the order of their addresses.</summary>
    private static readonly string[] Names =
    [
        "pc.ok.v.example", "pc.relay.v.example", "pc.reject.v.example", "pc.discard.v.example", "pc.skip.v.example",
        "pc.hold.v.example", "pc.error.v.example", "pc.quoted.v.example", "pc.status.v.example", "pc.bare.v.example",
        "pc.text.v.example", "pc.later.v.example", "pc.dom.example", "pc.fine.dom.example", "pc.nodom.example",
        "pc.badtld", "pc.tag.example", "x.child.parent.example", "pc.parent.example", "pc.skip.walk.example",
        "pc.walk.example",
    ];

    /// <summary>The number of a line of the table.</summary>
    internal static int LineOf(string line) => 1 + Array.IndexOf(Access.Split('\n'), line);

    internal static string AddressOf(string name) =>
        string.Create(CultureInfo.InvariantCulture, $"203.0.113.{1 + Array.IndexOf(Names, name)}");

    private protected override Task StartAsync()
    {
        foreach (string name in Names)
        {
            World.Names.AddClient(AddressOf(name), name);
        }

        World.Names.AddClient("198.51.100.40", "pc.named.example");
        World.Names.AddClient("198.51.100.41", "pc.other.example");
        World.Names.AddClient("198.51.100.42", "pc.skipped.example");
        foreach (string line in Access.Split('\n').Where(static l => l.Length > 0 && !"#[".Contains(l[0])))
        {
            string key = line.Split(' ')[0];
            string domain = key[(key.IndexOfAny([':', '@']) + 1)..].ToLowerInvariant();
            if (domain.EndsWith(".example", StringComparison.Ordinal)
                && !domain.StartsWith("nowhere", StringComparison.Ordinal))
            {
                World.Names.Add($"{domain} A 127.0.0.9");
            }
        }

        World.Names.Add(
            "full.example A 127.0.0.9", "sub.dom.example A 127.0.0.9", "nodom.example A 127.0.0.9",
            "x.badtld A 127.0.0.9", "192.0.2.77 A 192.0.2.77");
        World.Table("access", Access);
        World.Table("relay-domains", "open.example\n");
        World.Table("local-host-names", "mine.example\n");
        World.Table("aliases", "fred: fred@open.example\nbulk: fred\n");
        return World.ServeAsync(HostName, "access.blocklistRecipients=true");
    }
}
