using static Relay.Tables.Tests.TestTables;

namespace Relay.Tables.Tests.Access;

public sealed class AccessReaderTests
{
    [Theory]
    [InlineData("a.b ACCEPT")]
    [InlineData("1.2.3.4.5 OK")]
    [InlineData("1.2.3.256 OK")]
    [InlineData("1..3 OK")]
    [InlineData("01.2 OK")]
    [InlineData("10.0.0.0/33 OK")]
    [InlineData("10.0.0.0/ OK")]
    [InlineData("IPv6:2001:db8::/129 OK")]
    [InlineData("IPv6:20001 OK")]
    [InlineData("Connect:2001:db8::1 OK")]
    [InlineData("Connect:IPv6:1:2:3:4:5:6:7:8:9 OK")]
    public void Line_that_cannot_be_meant_is_an_error_with_its_number(string line)
    {
        AccessOf("fine.example OK\n" + line + "\n", out IReadOnlyList<TableProblem> problems);

        TableProblem problem = Assert.Single(problems);
        Assert.Equal((TableSeverity.Error, 2), (problem.Severity, problem.Line));
    }

    [Theory]
    [InlineData("Conect:a.b OK", "\"conect:\" is no tag of access: this entry is never looked up")]
    [InlineData("To: RELAY", "there is nothing behind the tag: this entry is never looked up")]
    [InlineData("10.0.0.0/x OK", "\"10.0.0.0/x\" is never looked up: there are no patterns in access")]
    [InlineData("*.a.b OK", "\"*.a.b\" is never looked up: there are no patterns in access")]
    public void Key_that_never_matches_is_a_warning(string line, string expected)
    {
        AccessOf(line + "\n", out IReadOnlyList<TableProblem> problems);

        Assert.Equal($"1 Warning: {expected}", Only(problems));
    }

    [Fact]
    public void Domain_with_a_dot_at_its_end_is_taken_without_it_and_noted()
    {
        AccessOf("To:example.com. RELAY\n", out IReadOnlyList<TableProblem> problems);

        Assert.Equal(
            "1 Note: \"example.com.\": the dot at the end is ignored (Sendmail would never find this key)",
            Only(problems));
    }

    [Fact]
    public void Host_bits_of_a_network_are_ignored_with_a_note()
    {
        AccessOf("192.168.1.77/24 RELAY\n", out IReadOnlyList<TableProblem> problems);

        Assert.Equal("1 Note: \"192.168.1.77/24\": the bits behind the first 24 are ignored", Only(problems));
    }

    [Fact]
    public void Ipv6_key_that_ends_in_two_colons_is_one_address_and_noted()
    {
        AccessOf("IPv6:2001:db8:: RELAY\n", out IReadOnlyList<TableProblem> problems);

        Assert.Equal(
            "1 Note: \"ipv6:2001:db8::\" is this one address; for what begins with it write ipv6:2001:db8",
            Only(problems));
    }

    [Fact]
    public void All_problems_of_a_file_are_told_at_once_in_the_order_of_its_lines()
    {
        AccessOf("a.b ACCEPT\n c OK\nd RELAY RELAY\ne\na.b OK\nd OK\n", out IReadOnlyList<TableProblem> problems);

        Assert.Equal(
            [(1, TableSeverity.Error), (2, TableSeverity.Error), (3, TableSeverity.Warning), (4, TableSeverity.Warning),
                (6, TableSeverity.Warning)],
            problems.Select(static p => (p.Line, p.Severity)));
    }

    [Fact]
    public void Keys_of_tags_whose_keys_are_no_hosts_are_kept_as_they_stand()
    {
        Assert.Equal(
            3, AccessOf("CERTISSUER:/C=US/O=x RELAY\nCERTSUBJECT:/CN=y RELAY\nCompat:a@b.c<@>d@e.f DISCARD\n").Count);
    }
}
