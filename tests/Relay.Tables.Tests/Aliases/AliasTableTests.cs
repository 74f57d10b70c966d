using Relay.Tables.Aliases;
using static Relay.Tables.Tests.TestTables;

namespace Relay.Tables.Tests.Aliases;

public sealed class AliasTableTests
{
    [Fact]
    public void Alias_is_a_name_a_colon_and_addresses_separated_by_commas_with_or_without_white_space()
    {
        Assert.Equal(
            ["Address peter", "Address paul@x.example", "Address mary"],
            Find(Table("Directors : peter,paul@x.example ,\t mary\n"), "directors"));
    }

    [Fact]
    public void Line_that_begins_with_white_space_goes_on_with_the_alias_before_it()
    {
        AliasTable table = Table("list: a,\n\tb,\n  c\n# comment, with: colon\n d\nnext: e\n", out var problems);

        // "c" and "d" stand in one element: a comma is missing.
        Assert.Equal("1 Error", $"{Assert.Single(problems).Line} {problems[0].Severity}");
        Assert.Equal(["Address e"], Find(table, "next"));
        Assert.Equal(
            ["Address a", "Address b", "Address c", "Address d"],
            Find(Table("list: a,\n\tb,\n  c,\n# comment, with: colon\n d\nnext: e\n"), "list"));
    }

    [Fact]
    public void Backslash_before_the_line_end_goes_on_with_the_alias()
    {
        Assert.Equal(["Address a", "Address b"], Find(Table("list: a, \\\nb\nnext: c\n"), "list"));
    }

    [Fact]
    public void Elements_are_told_apart_by_their_form()
    {
        Assert.Equal(
            [
                "Include /home/mailings/admin-list", "Include /home/b", "Include /home/c", "Literal joe",
                "Discard /dev/null",
                "Address \"john doe\"@x.example", "Address real@x.example", "Address bare@x.example",
            ],
            Find(
                Table(
                    "l: \":include:/home/mailings/admin-list\", :include: /home/b, :INCLUDE:/home/c, \\joe, "
                        + "/dev/null,\n"
                        + "  \"john doe\"@x.example, Real Name <real@x.example>, bare@x.example (a comment, here)\n"),
                "l"));
    }

    [Fact]
    public void Programs_and_files_are_kept_to_be_refused_and_warned_of()
    {
        AliasTable table = Table(
            "decode: \"|/usr/bin/uudecode -x, \\\"y\\\"\"\nbox: /var/mail/box\n",
            out IReadOnlyList<TableProblem> problems);

        Assert.Equal(["Program /usr/bin/uudecode -x, \"y\""], Find(table, "decode"));
        Assert.Equal(["File /var/mail/box"], Find(table, "box"));
        Assert.All(problems, static problem => Assert.Equal(TableSeverity.Warning, problem.Severity));
        Assert.Equal(
            "\"/var/mail/box\": files are not written; mail for this alias is refused", problems[1].Text);
    }

    [Fact]
    public void Error_element_is_the_rest_of_the_line()
    {
        Assert.Equal(["Error 550 Gone, for good"], Find(Table("old: error:550 Gone, for good\n"), "old"));
    }

    [Fact]
    public void Name_with_detail_is_looked_up_whole_then_with_a_star_then_without()
    {
        string[] order = ["user+detail", "user+*", "user"];
        for (int i = 0; i < order.Length; i++)
        {
            AliasTable table = Table(string.Concat(order[i..].Reverse().Select(static key => $"{key}: x\n")));

            Assert.Equal(LookupResult.Found, table.Find("User+Detail"u8, default, out AliasHit hit));
            Assert.Equal(order[i], Show(hit.Entry.Key));
        }
    }

    [Fact]
    public void Full_address_is_looked_up_before_the_local_part()
    {
        AliasTable table = Table("joe: local\njoe@a.x: full\n");

        Assert.True(table.Find("Joe"u8, "A.x"u8, out AliasHit hit) == LookupResult.Found);
        Assert.Equal("joe@a.x", Show(hit.Entry.Key));
        Assert.True(table.Find("joe"u8, "b.x"u8, out hit) == LookupResult.Found);
        Assert.Equal("joe", Show(hit.Entry.Key));
        Assert.True(table.Find("joe+x"u8, "a.x"u8, out hit) == LookupResult.Found);
        Assert.Equal("joe@a.x", Show(hit.Entry.Key));
    }

    [Fact]
    public void Postmaster_is_found_in_any_case()
    {
        Assert.Equal(["Address root"], Find(Table("PostMaster: root\n"), "postmASTER"));
    }

    [Fact]
    public void Owner_of_a_list_is_owner_name_and_of_an_owner_owner_owner()
    {
        AliasTable table = Table("list: a, b\nOwner-List: joe\nowner-owner: postmaster\nowner-many: a, b\n");

        Assert.Equal(LookupResult.Found, table.FindOwner("list"u8, out AliasHit owner));
        Assert.Equal("owner-list", Show(owner.Entry.Key));
        Assert.True(owner.IsSingleAddress);
        table.FindOwner("owner-list"u8, out owner);
        Assert.Equal("owner-owner", Show(owner.Entry.Key));
        table.FindOwner("many"u8, out owner);
        Assert.False(owner.IsSingleAddress);
        Assert.Equal(LookupResult.NotFound, table.FindOwner("other"u8, out _));
    }

    [Theory]
    [InlineData(" a, b", "the line begins with white space but there is no alias before it to go on with")]
    [InlineData("just words", "\"just words\": no colon behind a name; expected name: address, address")]
    [InlineData("a: b c", "\"b c\" is not an address; expected addresses separated by commas")]
    [InlineData("a: b@", "\"b@\" is not an address; expected addresses separated by commas")]
    [InlineData("a: :include:relative", "\":include:relative\": expected :include: and an absolute path")]
    public void Line_that_is_no_alias_is_an_error(string line, string expected)
    {
        Table(line + "\n", out IReadOnlyList<TableProblem> problems);

        Assert.Equal($"1 Error: {expected}", Only(problems));
    }

    [Fact]
    public void Alias_for_nothing_is_ignored_with_a_warning_and_duplicates_are_too()
    {
        AliasTable table = Table("a:\nb: x\nB: y\nc: ,\n", out IReadOnlyList<TableProblem> problems);

        Assert.Equal(1, table.Count);
        Assert.Equal(["Address x"], Find(table, "b"));
        Assert.Equal([1, 3, 4], problems.Select(static p => p.Line));
        Assert.All(problems, static p => Assert.Equal(TableSeverity.Warning, p.Severity));
    }

    [Fact]
    public void Empty_line_ends_an_alias()
    {
        Table("a: b\n\n c\n", out IReadOnlyList<TableProblem> problems);

        Assert.Equal(3, Assert.Single(problems).Line);
    }

    [Fact]
    public void Quoted_name_is_the_name_between_the_quotes()
    {
        Assert.Equal(["Address x"], Find(Table("\"a: b\": x\n"), "a: b"));
    }

    [Fact]
    public void Long_list_is_read_whole()
    {
        IEnumerable<string> members = Enumerable.Range(0, 20_000).Select(static i => $"user{i}@x.example");
        string text = "big: " + string.Join(",\n ", members);

        Assert.Equal(20_000, Find(Table(text), "big").Length);
    }

    [Fact]
    public void Look_up_allocates_nothing()
    {
        AliasTable table = Table("joe: a\n");
        table.Find("joe+x"u8, "a.x"u8, out _);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            table.Find("joe+x"u8, "a.x"u8, out _);
            table.FindOwner("joe"u8, out _);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static AliasTable Table(string text) => Read(text, AliasTable.Read);

    private static AliasTable Table(string text, out IReadOnlyList<TableProblem> problems) =>
        Read(text, AliasTable.Read, out problems);

    private static string[] Find(AliasTable table, string name)
    {
        Assert.Equal(LookupResult.Found, table.Find(Octets(name), default, out AliasHit hit));
        return [.. hit.Targets.ToArray().Select(static target => $"{target.Kind} {Show(target.Text)}")];
    }
}
