using System.Globalization;
using System.Text;
using Relay.Tables.Addresses;
using static Relay.Tables.Tests.TestTables;

namespace Relay.Tables.Tests.Addresses;

public sealed class VirtUserTableTests
{
    [Fact]
    public void Address_with_detail_is_looked_up_in_sendmails_order()
    {
        AssertOrder(
            ["user+detail@dom", "user++@dom", "user+*@dom", "user@dom", "++@dom", "+*@dom", "@dom"],
            "User+Detail",
            "DOM");
    }

    [Fact]
    public void Address_without_detail_is_looked_up_as_itself_and_by_domain()
    {
        AssertOrder(["user@dom", "@dom"], "user", "dom");
        Assert.Null(Find(Table("++@dom a\n+*@dom b\nuser+*@dom c\n"), "user", "dom"));
    }

    [Fact]
    public void Empty_detail_is_not_found_by_plus_plus()
    {
        AssertOrder(["user+@dom", "user+*@dom", "user@dom", "+*@dom", "@dom"], "user+", "dom");
        Assert.Null(Find(Table("user++@dom a\n++@dom b\n"), "user+", "dom"));
    }

    [Fact]
    public void Subdomains_are_not_looked_up()
    {
        Assert.Null(Find(Table("@dom a\n"), "user", "sub.dom"));
    }

    [Theory]
    [InlineData("@dom %1@other", "joe", "joe@other")]
    [InlineData("@dom %1%3", "joe+list", "joe+list")]
    [InlineData("@dom %1%3", "joe", "joe")]
    [InlineData("gen+*@dom %2@other", "gen+x", "x@other")]
    [InlineData("old+*@dom new+%2@other", "old+x", "new+x@other")]
    [InlineData("+*@dom %1%3@other", "Joe+X", "Joe+X@other")]
    [InlineData("@dom 100%%@other", "joe", "100%@other")]
    [InlineData("@dom plain@other", "joe", "plain@other")]
    public void Percent_1_is_the_user_percent_2_the_detail_percent_3_the_detail_with_its_plus(
        string line, string localPart, string expected)
    {
        Assert.Equal(LookupResult.Found, Table(line + "\n").Find(Octets(localPart), "dom"u8, out AddressHit hit));
        Assert.Equal(expected, Show(hit.Expand(Octets(localPart))));
    }

    [Theory]
    [InlineData("error:nouser User unknown", 553, "5.3.0", "User unknown", true)]
    [InlineData("error:nouser 550 No such user here", 550, "5.0.0", "No such user here", false)]
    [InlineData("error:5.7.0:550 Not for you", 550, "5.7.0", "Not for you", false)]
    [InlineData("ERROR:5.7.0:Not for you", 553, "5.7.0", "Not for you", true)]
    public void Error_value_refuses(string value, int code, string status, string text, bool isWarned)
    {
        VirtUserTable table = Read($"@dom {value}\n", VirtUserTable.Read, out IReadOnlyList<TableProblem> problems);

        Assert.Equal(isWarned ? 1 : 0, problems.Count);
        Assert.Equal(LookupResult.Found, table.Find("joe"u8, "dom"u8, out AddressHit hit));
        Assert.True(hit.IsError);
        Assert.Equal(
            (code, status, text), (hit.Reply.Code, Show(hit.Reply.Status), Show(hit.Reply.Text)));
    }

    [Theory]
    [InlineData("a@dom b c", TableSeverity.Error, "\"b c\" is more than one word")]
    [InlineData("a@dom b,c", TableSeverity.Error, "\"b,c\" is more than one word")]
    [InlineData("a@dom error:", TableSeverity.Error, "error: has nothing behind it")]
    [InlineData("a@dom @other", TableSeverity.Warning, "\"@other\" is not an address; a local part is kept with %1@d")]
    [InlineData("user marc", TableSeverity.Warning, "\"user\" is never looked up; expected user@domain or @domain")]
    [InlineData("a@dom. b", TableSeverity.Note, "\"a@dom.\": the dot at the end is ignored")]
    [InlineData("a@dom", TableSeverity.Warning, "the key \"a@dom\" has no value and is ignored")]
    public void Line_that_does_not_do_what_it_seems_to_is_told(string line, TableSeverity severity, string expected)
    {
        Read(line + "\n", VirtUserTable.Read, out IReadOnlyList<TableProblem> problems);

        Assert.StartsWith($"1 {severity}: {expected}", Only(problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(70_000)] // more than are noted one by one
    public void Each_of_many_domains_keeps_its_kinds_of_keys(int domains)
    {
        string[] keys = ["user@", "user+list@", "user+*@", "+*@", "@"];
        var text = new StringBuilder();
        for (int i = 0; i < domains; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{keys[i % keys.Length]}d{i}.example x\n");
        }

        VirtUserTable table = Table(text.ToString());

        for (int i = 0; i < domains; i++)
        {
            string key = keys[i % keys.Length] + $"d{i}.example";
            Assert.Equal(key, Find(table, "user+list", $"d{i}.example"));
            Assert.Equal(
                i % keys.Length is 0 or 4 ? key : null, Find(table, "user", $"d{i}.example"));
            Assert.Null(Find(table, "user+list", $"e{i}.example"));
        }
    }

    [Fact]
    public void Look_ups_allocate_nothing()
    {
        VirtUserTable table = Table("joe+*@dom a\n@other error:nouser 550 Gone\n");
        Ask();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            Ask();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Ask()
        {
            table.Find("joe+x"u8, "dom"u8, out _);
            table.Find("jim"u8, "other"u8, out _);
            table.Find("jim+long.detail"u8, "nowhere.example"u8, out _);
        }
    }

    private static void AssertOrder(string[] order, string localPart, string domain)
    {
        for (int i = 0; i < order.Length; i++)
        {
            string text = string.Concat(order[i..].Reverse().Select(static key => $"{key} x\n"));
            Assert.Equal(order[i], Find(Table(text), localPart, domain));
        }
    }

    private static VirtUserTable Table(string text) => Read(text, VirtUserTable.Read);

    private static string? Find(VirtUserTable table, string localPart, string domain) =>
        table.Find(Octets(localPart), Octets(domain), out AddressHit hit) == LookupResult.Found
            ? Show(hit.Entry.Key)
            : null;
}
