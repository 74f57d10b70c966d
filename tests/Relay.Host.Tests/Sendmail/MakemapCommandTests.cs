using System.Text;
using Relay.Host.Sendmail;

namespace Relay.Host.Tests.Sendmail;

/// <summary>Sendmail: makemap(8).</summary>
public sealed class MakemapCommandTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("relay-makemap-");

    private UnixFileMode? Source { get; set; }

    private string Output { get; set; } = string.Empty;

    private string Error { get; set; } = string.Empty;

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData("hash", "access", "access.db")]
    [InlineData("hash", "access.db", "access.db")]
    [InlineData("btree", "access", "access.db")]
    [InlineData("dbm", "access", "access.dir access.pag")]
    [InlineData("dbm", "access.dir", "access.dir access.pag")]
    [InlineData("cdb", "access", "access.cdb")]
    [InlineData("implicit", "access", "access.db")]
    public void A_type_makes_its_files_and_never_a_double_ending(string type, string name, string files)
    {
        Assert.Equal(0, Run("a.example RELAY\n", type, PathOf(name)));
        Assert.Equal(files.Split(' '), Directory.GetFiles(_directory.FullName).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void U_dumps_what_was_made()
    {
        const string Text = "B.Example\t550 We don't accept mail\n# no\n\na.example  RELAY\n";
        Assert.Equal(0, Run(Text, "hash", PathOf("access")));
        Assert.Equal(0, Run(string.Empty, "-u", "hash", PathOf("access")));
        Assert.Equal("b.example\t550 We don't accept mail\na.example\tRELAY\n", Output);
        Assert.Equal(0, Run(string.Empty, "-u", "-t", ":", "hash", PathOf("access")));
        Assert.StartsWith("b.example:550", Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("alone\n", "line 1: no RHS for LHS alone")]
    [InlineData("a x\nA y\n", "line 2: key a: duplicate key")]
    [InlineData("a x\n b y\n", "line 2: syntax error (leading space)")]
    public void A_wrong_line_is_named_and_exits_65_with_the_others_stored(string text, string message)
    {
        string name = PathOf("access");
        Assert.Equal(65, Run(text + "good value\n", "hash", name));
        Assert.Equal($"makemap: {name}: {message}\n", Error);
        Run(string.Empty, "-u", "hash", name);
        Assert.EndsWith("good\tvalue\n", Output, StringComparison.Ordinal);
    }

    [Fact]
    public void All_wrong_lines_are_named_and_a_long_line_is_one()
    {
        Assert.Equal(65, Run($"alone\n b\n{new string('x', 10_000)} y\n", "hash", PathOf("access")));
        string[] lines = Error.TrimEnd('\n').Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.EndsWith("line 3: line too long (8192 bytes max)", lines[2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a x\na y\n", "a\ty\n", "-r")]
    [InlineData("a x\na y\n", "a\tx\na\ty\n", "-d")]
    [InlineData("Ab x\n", "Ab\tx\n", "-f")]
    [InlineData("a\n", "a\t\n", "-e")]
    [InlineData("a:x y\n", "a\tx y\n", "-t", ":")]
    [InlineData("%no\na x\n", "a\tx\n", "-D", "%")]
    [InlineData("a x\n", "a\tx\n", "-N", "-s", "-c", "1000", "-C", "/etc/mail/sendmail.cf")]
    public void Flags_do_what_the_manual_says(string text, string expected, params string[] flags)
    {
        string type = flags.Contains("-d") ? "btree" : "hash";
        Assert.Equal(0, Run(text, [.. flags, type, PathOf("map")]));
        Run(string.Empty, "-u", type, PathOf("map"));
        Assert.Equal(expected, Output);
    }

    [Fact]
    public void O_appends_and_a_later_duplicate_is_one()
    {
        Run("a x\n", "hash", PathOf("map"));
        Assert.Equal(65, Run("b y\na z\n", "-o", "hash", PathOf("map")));
        Run(string.Empty, "-u", "hash", PathOf("map"));
        Assert.Equal("a\tx\nb\ty\n", Output);
    }

    [Fact]
    public void L_lists_the_types_and_v_shows_the_entries()
    {
        Assert.Equal(0, Run(string.Empty, "-l"));
        Assert.Contains("hash\n", Output, StringComparison.Ordinal);
        Assert.Contains("dbm\n", Output, StringComparison.Ordinal);
        Assert.Equal(0, Run("a x\n", "-v", "hash", PathOf("map")));
        Assert.Equal("key=`a', val=`x'\n", Output);
    }

    [Theory]
    [InlineData(64, "Usage: makemap")]
    [InlineData(64, "Usage: makemap", "hash")]
    [InlineData(64, "Usage: makemap", "-X", "hash", "map")]
    [InlineData(73, "error opening type nosuch map map: Unknown database type", "nosuch", "map")]
    [InlineData(73, "error opening type hash map /no/map: No such file or directory", "hash", "/no/map")]
    public void Wrong_command_lines_exit_as_sysexits_has_it(int code, string message, params string[] arguments)
    {
        Assert.Equal(code, Run("a x\n", arguments));
        Assert.Contains(message, Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Aliases_go_on_in_lines_with_leading_space() =>
        Assert.Equal(0, Run("root: marc,\n  paul\n", "hash", PathOf("aliases")));

    [Fact]
    public void A_dump_of_nothing_is_an_error()
    {
        Assert.Equal(73, Run(string.Empty, "-u", "hash", PathOf("nosuch")));
        Assert.Contains("No such file or directory", Error, StringComparison.Ordinal);
    }

    private string PathOf(string name) => Path.Combine(_directory.FullName, name);

    [Theory]
    [InlineData(0b110_000_000, null, 0b110_000_000)] // 0600: authinfo
    [InlineData(0b110_100_100, null, 0b110_100_100)]
    [InlineData(0b110_000_000, 0b110_100_100, 0b110_000_000)] // a map that was open becomes closed
    [InlineData(0b110_100_100, 0b110_100_000, 0b110_100_000)]
    [InlineData(0b100_000_000, null, 0b110_000_000)]
    [InlineData(null, null, 0b110_100_000)] // 0640
    [InlineData(null, 0b110_100_100, 0b110_100_100)]
    public void A_map_is_never_open_to_more_than_its_table(int? source, int? existing, int expected)
    {
        string map = PathOf("authinfo.db");
        if (existing is { } mode)
        {
            File.WriteAllText(map, string.Empty);
            File.SetUnixFileMode(map, (UnixFileMode)mode);
        }

        Source = (UnixFileMode?)source;
        Assert.Equal(0, Run("AuthInfo: \"U:me\" \"P=c2VjcmV0\"\n", "hash", PathOf("authinfo")));

        Assert.Equal((UnixFileMode)expected, File.GetUnixFileMode(map));
        Assert.Equal([map], Directory.GetFiles(_directory.FullName));
    }

    [Fact]
    public void A_link_under_the_maps_name_is_replaced_and_not_followed()
    {
        string other = PathOf("other");
        File.WriteAllText(other, "precious");
        File.CreateSymbolicLink(PathOf("access.db"), other);

        Assert.Equal(0, Run("a.example RELAY\n", "hash", PathOf("access")));

        Assert.Equal("precious", File.ReadAllText(other));
        Assert.Null(new FileInfo(PathOf("access.db")).LinkTarget);
    }

    [Fact]
    public async Task The_table_is_what_standard_input_is_redirected_from()
    {
        await using var world = new SendmailWorld("smtp:[127.0.0.1]:9");
        world.Write("authinfo", "AuthInfo: \"U:me\" \"P=c2VjcmV0\"\n");
        File.SetUnixFileMode(world.PathOf("authinfo"), UnixFileMode.UserRead | UnixFileMode.UserWrite);

        CommandResult made = await world.ShellAsync(
            "makemap hash authinfo < authinfo && cat authinfo | makemap hash x");

        Assert.Equal(0, made.ExitCode);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(world.PathOf("authinfo.db")));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead,
            File.GetUnixFileMode(world.PathOf("x.db")));
    }

    private int Run(string input, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = MakemapCommand.Run(
            arguments, new MemoryStream(Encoding.UTF8.GetBytes(input)), Source, output, error);
        Output = output.ToString();
        Error = error.ToString();
        return code;
    }
}
