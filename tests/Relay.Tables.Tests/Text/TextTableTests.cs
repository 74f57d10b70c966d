using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Relay.Tables.Text;
using static Relay.Tables.Tests.TestTables;

namespace Relay.Tables.Tests.Text;

public sealed class TextTableTests
{
    [Fact]
    public void Entry_names_key_value_file_and_line()
    {
        TextTable table = Read("# first\nKey  Some Value\n", Build);

        Assert.Equal(LookupResult.Found, table.Find("key"u8, out TableEntry entry));
        Assert.Equal(("key", "Some Value", FilePath, 2), (Show(entry.Key), Show(entry.Value), entry.File, entry.Line));
    }

    [Fact]
    public void Key_is_found_only_as_it_stands_whole()
    {
        TextTable table = Read("example.com OK\n", Build);

        foreach (string key in (string[])["", "example.co", "example.com ", "xample.com", "EXAMPLE.COM", "com"])
        {
            Assert.Equal(LookupResult.NotFound, table.Find(Octets(key), out _));
        }
    }

    [Fact]
    public void Of_duplicate_keys_the_first_is_kept_with_a_warning_that_names_its_line()
    {
        TextTable table = Read("a 1\nb 2\nA 3\na 4\n", Build, out IReadOnlyList<TableProblem> problems);

        Assert.Equal(2, table.Count);
        table.Find("a"u8, out TableEntry entry);
        Assert.Equal("1", Show(entry.Value));
        Assert.Equal(
            [
                "3 Warning: duplicate key \"a\" is ignored, line 1 has it first",
                "4 Warning: duplicate key \"a\" is ignored, line 1 has it first",
            ],
            problems.Select(static p => $"{p.Line} {p.Severity}: {p.Text}"));
    }

    [Fact]
    public void Empty_table_finds_nothing()
    {
        Assert.Equal(LookupResult.NotFound, Read(string.Empty, Build).Find("a"u8, out _));
        Assert.Equal(LookupResult.NotFound, new EmptyTable("access").Find("a"u8, out _));
        Assert.Equal(0, new EmptyTable("access").Count);
    }

    [Fact]
    public void Hundred_thousand_entries_take_at_most_150_octets_each_beyond_their_text()
    {
        const int Count = 100_000;
        var text = new StringBuilder();
        for (int i = 0; i < Count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"user{i}@example.com user{i}\n");
        }

        TextTable table = Read(text.ToString(), Build);

        Assert.Equal(Count, table.Count);
        Assert.InRange((table.Octets - text.Length) / (double)Count, 1, 150);
        for (int i = 0; i < Count; i += 7)
        {
            Assert.Equal(
                LookupResult.Found,
                table.Find(Encoding.ASCII.GetBytes($"user{i}@example.com"), out TableEntry entry));
            Assert.Equal($"user{i}", Show(entry.Value));
            Assert.Equal(i + 1, entry.Line);
        }
    }

    [Fact]
    public void Look_up_allocates_nothing()
    {
        TextTable table = Read("a 1\nb 2\n", Build);
        table.Find("a"u8, out _);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            table.Find("a"u8, out _);
            table.Find("nothing"u8, out _);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Table_answers_as_a_dictionary_of_first_entries_does()
    {
        // Few letters make many duplicates and many near misses.
        Gen<string> key = Gen.Elements('a', 'b', '.', '@', '1').NonEmptyListOf()
            .Select(static letters => new string([.. letters]));
        Gen<(string Key, int Value)[]> entries =
            key.SelectMany(static k => Gen.Choose(0, 9).Select(v => (k, v))).ArrayOf();
        Prop.ForAll(
            entries.Zip(key.ArrayOf()).ToArbitrary(),
            static pair =>
            {
                ((string Key, int Value)[] lines, string[] asked) = pair;
                var model = new Dictionary<string, string>(StringComparer.Ordinal);
                var text = new StringBuilder();
                foreach ((string k, int value) in lines)
                {
                    model.TryAdd(k, value.ToString(CultureInfo.InvariantCulture));
                    text.Append(CultureInfo.InvariantCulture, $"{k} {value}\n");
                }

                TextTable table = Read(text.ToString(), Build, out _);
                return table.Count == model.Count && asked.Concat(model.Keys).All(k =>
                {
                    bool isFound = table.Find(Octets(k), out TableEntry entry) == LookupResult.Found;
                    return isFound == model.TryGetValue(k, out string? value)
                        && (!isFound || Show(entry.Value) == value);
                });
            }).QuickCheckThrowOnFailure();
    }

    private static TextTable Build(TableText text, ProblemList problems)
    {
        var builder = new TextTableBuilder("test", text, problems);
        foreach (PairLine line in new PairReader(text, problems))
        {
            builder.Add(line, line.KeyLength, 0);
        }

        return builder.Build();
    }
}
