using Relay.Tables.Text;
using static Relay.Tables.Tests.TestTables;

namespace Relay.Tables.Tests.Text;

public sealed class PairReaderTests
{
    [Fact]
    public void Key_ends_at_first_blank_or_tab_and_is_folded_and_the_value_is_the_rest_as_it_stands()
    {
        Assert.Equal(
            ["1 one=OK", "2 two=550 Some  Text here", "3 three=x\ty"],
            Pairs("One OK\nTWO\t \t550 Some  Text here  \t\nthree x\ty\r\n"));
    }

    [Fact]
    public void Number_sign_in_column_1_is_a_comment_and_elsewhere_it_is_not()
    {
        Assert.Equal(["2 a=b # c", "3 x=#"], Pairs("# a b\na b # c\nx #\n#\n"));
    }

    [Fact]
    public void Empty_and_blank_lines_are_skipped_but_counted()
    {
        Assert.Equal(["3 a=b", "6 c=d"], Pairs("\n  \t \na b\r\n\r\n\nc d"));
    }

    [Fact]
    public void Line_that_begins_with_white_space_is_an_error_with_its_number()
    {
        Read("a b\n c d\n\te f\ng h\n", Collect, out IReadOnlyList<TableProblem> problems);

        Assert.Equal([2, 3], problems.Select(static p => p.Line));
        Assert.All(problems, static p => Assert.Equal(TableSeverity.Error, p.Severity));
        Assert.Equal(
            "/etc/mail/table:2: error: the line begins with white space; expected a key in column 1",
            problems[0].ToString());
    }

    [Fact]
    public void Key_without_a_value_is_ignored_with_a_warning()
    {
        List<string> pairs = Read("a\nb \nc d\n", Collect, out IReadOnlyList<TableProblem> problems);

        Assert.Equal(["3 c=d"], pairs);
        Assert.Equal(
            ["the key \"a\" has no value and is ignored", "the key \"b\" has no value and is ignored"],
            problems.Select(static p => p.Text));
        Assert.All(problems, static p => Assert.Equal(TableSeverity.Warning, p.Severity));
    }

    [Fact]
    public void Line_longer_than_4096_octets_is_an_error_and_one_of_4096_is_not()
    {
        string longest = "k " + new string('x', PairReader.LineLengthMax - 2);

        Assert.Single(Pairs(longest + "\n"));
        Read(longest + "x\n", Collect, out IReadOnlyList<TableProblem> problems);
        Assert.Equal("1 Error: the line has 4097 octets; expected at most 4096", Only(problems));
    }

    [Fact]
    public void Nul_and_broken_utf8_are_errors_and_in_a_comment_they_are_not()
    {
        var list = new ProblemList(FilePath);
        byte[] octets = [.. "# \0 "u8, 0xE4, .. "\na\0 b\nc "u8, 0xE4, .. "\nd \u00e4\n"u8];

        List<string> pairs = Collect(new TableText(FilePath, octets), list);

        Assert.Equal(["4 d=\u00e4"], pairs);
        Assert.Equal(
            ["the line holds a NUL; expected text", "the line is not UTF-8 text"],
            list.ToList().Select(static p => p.Text));
    }

    [Fact]
    public void All_errors_are_told_at_once_and_of_very_many_the_first_with_a_count()
    {
        Read(
            string.Concat(Enumerable.Repeat(" x\n", ProblemList.Max + 7)),
            Collect,
            out IReadOnlyList<TableProblem> problems);

        Assert.Equal(ProblemList.Max + 1, problems.Count);
        Assert.Equal("7 more problems of this kind are not shown", problems[^1].Text);
    }

    private static List<string> Pairs(string text) => Read(text, Collect);

    private static List<string> Collect(TableText text, ProblemList problems)
    {
        var pairs = new List<string>();
        foreach (PairLine line in new PairReader(text, problems))
        {
            pairs.Add(
                $"{line.Number} {Show(text.Octets.AsMemory(line.KeyAt, line.KeyLength))}="
                    + Show(text.Octets.AsMemory(line.ValueAt, line.ValueLength)));
        }

        return pairs;
    }
}
