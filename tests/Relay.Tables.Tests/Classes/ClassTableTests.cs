using System.Net;
using Relay.Tables.Classes;
using static Relay.Tables.Tests.TestTables;

namespace Relay.Tables.Tests.Classes;

public sealed class ClassTableTests
{
    [Fact]
    public void Words_are_separated_by_white_space_and_number_sign_in_column_1_is_a_comment()
    {
        ClassTable table = Class("# ours\na.x b.x\tc.x\n\n  d.x  \r\ne.x");

        Assert.Equal(5, table.Count);
        Assert.True(table.Contains("C.X"u8, out TableEntry entry));
        Assert.Equal((FilePath, 2), (entry.File, entry.Line));
        Assert.True(table.Contains("d.x"u8, out entry));
        Assert.Equal(4, entry.Line);
        Assert.True(table.Contains("e.x"u8, out _));
    }

    [Fact]
    public void Membership_is_exact_and_ends_neither_in_subdomains_nor_in_parents()
    {
        ClassTable table = Class("a.x\n");

        Assert.True(table.Contains("a.x."u8, out _));
        Assert.False(table.Contains("sub.a.x"u8, out _));
        Assert.False(table.Contains("x"u8, out _));
        Assert.False(table.Contains(default, out _));
    }

    [Fact]
    public void Domain_of_class_R_stands_for_itself_and_all_below_it()
    {
        ClassTable table = Class("a.x\n");

        Assert.True(table.ContainsOrParent("a.x"u8, out _));
        Assert.True(table.ContainsOrParent("deep.sub.A.x"u8, out TableEntry entry));
        Assert.Equal("a.x", Show(entry.Key));
        Assert.False(table.ContainsOrParent("ba.x"u8, out _));
        Assert.False(table.ContainsOrParent("x"u8, out _));
    }

    [Theory]
    [InlineData("128.32", "128.32.5.6", true)]
    [InlineData("128.32.", "128.32.5.6", true)]
    [InlineData("128.32", "128.33.5.6", false)]
    [InlineData("128.3", "128.32.5.6", false)]
    [InlineData("10", "10.255.255.255", true)]
    [InlineData("192.168.4.0/22", "192.168.7.9", true)]
    [InlineData("192.168.4.0/22", "192.168.8.9", false)]
    [InlineData("IPv6:2001:db8", "2001:db8:1::1", true)]
    [InlineData("IPv6:2001:db8::/47", "2001:db8:1::1", true)]
    [InlineData("IPv6:2001:db8::/47", "2001:db8:2::1", false)]
    [InlineData("IPv6:2001:db8::1", "2001:db8::1", true)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    public void Address_matches_a_prefix_on_octet_or_group_borders_or_a_network(string word, string address, bool found)
    {
        Assert.Equal(found, Class(word + "\n").ContainsAddress(IPAddress.Parse(address), out _));
    }

    [Fact]
    public void Bracketed_address_is_a_word_of_its_own()
    {
        ClassTable table = Class("[192.0.2.1] [IPv6:2001:db8::1]\n");

        Assert.True(table.ContainsBracketed(IPAddress.Parse("192.0.2.1"), out _));
        Assert.True(table.ContainsBracketed(IPAddress.Parse("2001:db8::1"), out _));
        Assert.False(table.ContainsBracketed(IPAddress.Parse("192.0.2.2"), out _));
        Assert.False(table.ContainsAddress(IPAddress.Parse("192.0.2.1"), out _));
    }

    [Fact]
    public void Words_of_the_configuration_are_named_as_such()
    {
        ClassTable table = ClassTable.Of("local-host-names", "Mail.Example.com", "localhost");

        Assert.True(table.Contains("mail.example.com"u8, out TableEntry entry));
        Assert.Equal(("configuration", 0), (entry.File, entry.Line));
    }

    [Fact]
    public void Same_word_twice_is_no_problem()
    {
        Assert.Equal(1, Class("a.x a.x\nA.X\n").Count);
    }

    [Theory]
    [InlineData("joe@a.x", TableSeverity.Warning)]
    [InlineData(".a.x", TableSeverity.Warning)]
    [InlineData("a..x", TableSeverity.Error)]
    [InlineData("1.2.3.4.5", TableSeverity.Error)]
    [InlineData("192.168.1.1/24", TableSeverity.Note)]
    public void Word_that_never_matches_or_is_no_name_is_told(string word, TableSeverity severity)
    {
        Read(
            "ok.x\n" + word + "\n",
            static (text, list) => ClassTable.Read("relay-domains", text, [], list),
            out IReadOnlyList<TableProblem> problems);

        TableProblem problem = Assert.Single(problems);
        Assert.Equal((severity, 2), (problem.Severity, problem.Line));
    }

    private static ClassTable Class(string text) =>
        Read(text, static (octets, problems) => ClassTable.Read("relay-domains", octets, [], problems));
}
