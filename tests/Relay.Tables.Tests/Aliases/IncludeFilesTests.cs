using Relay.Tables.Aliases;
using Relay.Testing;
using static Relay.Tables.Tests.TestTables;

namespace Relay.Tables.Tests.Aliases;

public sealed class IncludeFilesTests : IDisposable
{
    private readonly TableFolder _folder = new();
    private readonly ManualTimeProvider _clock = new();
    private readonly IncludeFiles _files;

    public IncludeFilesTests() => _files = new IncludeFiles(_clock);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Lines_hold_one_or_more_addresses_and_number_sign_in_column_1_is_a_comment()
    {
        string path = _folder.Write("list", "# members\npeter\npaul@x.example, mary\n\n "
            + ":include:/other\r\n\"|prog\"\n");

        IncludeResult result = await _files.ReadAsync(path);

        Assert.Equal(IncludeOutcome.Read, result.Outcome);
        Assert.True(result.IsSafe);
        Assert.Equal(
            ["Address peter", "Address paul@x.example", "Address mary", "Include /other", "Program prog"],
            result.Targets.Select(static target => $"{target.Kind} {Show(target.Text)}"));
    }

    [Fact]
    public async Task Changed_file_is_read_again_after_a_second_without_any_reload()
    {
        string path = _folder.Write("list", "a\n");
        IncludeResult first = await _files.ReadAsync(path);

        _folder.Replace("list", "b, c\n");
        Assert.Same(first, await _files.ReadAsync(path));
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(2, (await _files.ReadAsync(path)).Targets.Count);
    }

    [Fact]
    public async Task Unchanged_file_is_parsed_once()
    {
        string path = _folder.Write("list", "a\n");
        IncludeResult first = await _files.ReadAsync(path);
        _clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Same(first, await _files.ReadAsync(path));
    }

    [Fact]
    public async Task Missing_file_and_what_is_no_regular_file_are_refused_with_a_reason()
    {
        IncludeResult missing = await _files.ReadAsync(_folder.PathOf("missing"));
        IncludeResult folder = await _files.ReadAsync(_folder.Root);

        Assert.Equal((IncludeOutcome.Refused, IncludeOutcome.Refused), (missing.Outcome, folder.Outcome));
        Assert.Equal($"{_folder.PathOf("missing")}: error: does not exist", Assert.Single(missing.Problems).ToString());
        Assert.Equal("is not a regular file", Assert.Single(folder.Problems).Text);
    }

    [Fact]
    public async Task File_that_others_can_write_is_read_but_unsafe()
    {
        string path = _folder.Write("list", "a\n");
        File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.GroupWrite);

        IncludeResult result = await _files.ReadAsync(path);

        Assert.False(result.IsSafe);
        Assert.Single(result.Targets);
        Assert.Equal("the file is writable for its group", Assert.Single(result.Problems).Text);
    }

    [Fact]
    public async Task Line_that_is_no_address_is_left_out_and_told()
    {
        IncludeResult result = await _files.ReadAsync(_folder.Write("list", "a\nb c\nd\n"));

        Assert.Equal(2, result.Targets.Count);
        Assert.Equal(2, Assert.Single(result.Problems).Line);
    }
}
