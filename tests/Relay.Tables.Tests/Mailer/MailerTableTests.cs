using Relay.Tables.Mailer;
using static Relay.Tables.Tests.TestTables;

namespace Relay.Tables.Tests.Mailer;

public sealed class MailerTableTests
{
    [Fact]
    public void Domain_is_looked_up_itself_then_with_a_dot_before_each_parent_then_as_a_dot()
    {
        string[] order = ["a.b.c", ".b.c", ".c", "."];
        for (int i = 0; i < order.Length; i++)
        {
            string text = string.Concat(order[i..].Reverse().Select(static key => $"{key} smtp:h.x\n"));

            Assert.Equal(order[i], Find(Table(text), "A.b.C"));
        }
    }

    [Fact]
    public void Dot_domain_is_for_subdomains_only()
    {
        MailerTable table = Table(".my.domain smtp:h.x\n");

        Assert.Null(Find(table, "my.domain"));
        Assert.Equal(".my.domain", Find(table, "x.y.my.domain"));
        Assert.Null(Find(table, "xmy.domain"));
    }

    [Fact]
    public void Domain_without_a_dot_before_it_is_for_itself_only()
    {
        Assert.Null(Find(Table("my.domain smtp:h.x\n"), "x.my.domain"));
    }

    [Fact]
    public void Address_literal_is_not_looked_up()
    {
        Assert.Null(Find(Table(". smtp:h.x\n"), "[192.0.2.1]"));
    }

    [Theory]
    [InlineData(".my.domain smtp:%1.my.other", "a.b.my.domain", "smtp:a.b.my.other:25")]
    [InlineData(". smtp:%1.gate.x", "a.b", "smtp:a.b.gate.x:25")]
    [InlineData(".my.domain smtp:[%1]", "host.my.domain", "smtp:[host]:25")]
    public void Percent_1_is_what_stands_left_of_the_suffix(string line, string domain, string name)
    {
        Assert.Equal(LookupResult.Found, Table(line + "\n").Find(Octets(domain), out MailerHit hit));
        Assert.Equal(name, hit.Target.Name);
    }

    [Fact]
    public void Equal_targets_are_one_object_and_hits_name_file_and_line()
    {
        MailerTable table = Table("a.x smtp:h.x\n# c\nb.x smtp:h.x\n");

        table.Find("a.x"u8, out MailerHit first);
        table.Find("b.x"u8, out MailerHit second);
        Assert.Same(first.Target, second.Target);
        Assert.Equal((FilePath, 3, "b.x"), (second.Entry.File, second.Entry.Line, Show(second.Entry.Key)));
    }

    [Theory]
    [InlineData("a.x xnet:h.x", "unknown mailer \"xnet\"; expected ")]
    [InlineData("a..x smtp:h.x", "\"a..x\" is not a domain, a domain with a dot before it, or a single dot")]
    [InlineData("user@a.x smtp:h.x", "\"user@a.x\" is not a domain")]
    [InlineData("a.x smtp:h.x more", "\"h.x more\" is neither a host name nor ")]
    public void Unusable_line_is_an_error(string line, string expected)
    {
        Read(line + "\n", MailerTable.Read, out IReadOnlyList<TableProblem> problems);

        Assert.StartsWith("1 Error: " + expected, Only(problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Refusal_without_a_code_is_a_warning()
    {
        Read("a.x error:nohost:gone\n", MailerTable.Read, out IReadOnlyList<TableProblem> problems);

        Assert.Equal("1 Warning: the text has no reply code: it refuses with 553", Only(problems));
    }

    [Fact]
    public void Look_up_without_a_parameter_allocates_nothing()
    {
        MailerTable table = Table(".b.c smtp:h.x\n");
        table.Find("x.a.b.c"u8, out _);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            table.Find("x.a.b.c"u8, out _);
            table.Find("x.a.b.d"u8, out _);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static MailerTable Table(string text) => Read(text, MailerTable.Read);

    private static string? Find(MailerTable table, string domain) =>
        table.Find(Octets(domain), out MailerHit hit) == LookupResult.Found ? Show(hit.Entry.Key) : null;
}
