using System.Diagnostics;
using Relay.Host.Commands;
using Relay.Host.Tests.Tables;
using Relay.Sasl;

namespace Relay.Host.Tests.Commands;

/// <summary><c>relay passwd</c>: the file of users that it writes, and what it refuses.</summary>
public sealed class PasswdCommandTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TableFolder _tables = new();

    private string File => Path.Combine(_tables.Root, "users");

    public void Dispose() => _tables.Dispose();

    [Fact]
    public async Task A_password_is_stored_as_salted_keys_in_a_file_for_its_owner_alone()
    {
        Result first = await RunAsync("geheim\n", "tim");
        Assert.Equal((ExitCode.Ok, $"relay: {File}: tim is added\n"), (first.ExitCode, first.Error));
        Assert.Equal(OwnerOnly, System.IO.File.GetUnixFileMode(File));
        string before = Assert.Single(Lines());
        Assert.StartsWith("tim\tSCRAM-SHA-256$100000:", before, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", before, StringComparison.Ordinal);

        Assert.Equal(ExitCode.Ok, (await RunAsync("geheim\n", "tom")).ExitCode);
        string other = Lines()[1];
        Assert.NotEqual(before.Split('\t')[1], other.Split('\t')[1]); // the same password, another salt
    }

    [Fact]
    public async Task The_password_is_the_one_that_authenticates_and_a_new_one_takes_its_place()
    {
        await RunAsync("first\n", "tim", "--iterations", "4096");
        Assert.True(Matches("TIM", "first"));
        Result changed = await RunAsync("second\n", "TIM", "--iterations", "5000");
        Assert.Contains("tim has a new password", changed.Error, StringComparison.Ordinal);
        Assert.StartsWith("tim\tSCRAM-SHA-256$5000:", Assert.Single(Lines()), StringComparison.Ordinal);
        Assert.True(Matches("tim", "second"));
        Assert.False(Matches("tim", "first"));
    }

    [Fact]
    public async Task Other_lines_stay_as_they_are_and_a_file_that_others_could_read_is_closed()
    {
        _tables.With("users", "# ours\ntom SCRAM-SHA-256$4096:AA==$BB==:CC==\n");
        System.IO.File.SetUnixFileMode(File, OwnerOnly | UnixFileMode.OtherRead);
        await RunAsync("geheim\n", "tim", "--iterations", "4096");
        Assert.Equal(["# ours", "tom SCRAM-SHA-256$4096:AA==$BB==:CC=="], Lines()[..2]);
        Assert.Equal(OwnerOnly, System.IO.File.GetUnixFileMode(File));

        Assert.Equal(ExitCode.Ok, (await RunAsync(string.Empty, "Tom", "--delete")).ExitCode);
        Assert.DoesNotContain(Lines(), static line => line.StartsWith("tom", StringComparison.Ordinal));
        Assert.Equal(2, Lines().Length);
    }

    /// <summary>To the user who runs the relay a file of root's with mode 0600 would be closed.</summary>
    [Fact]
    public async Task What_root_writes_belongs_to_the_files_owner_before_or_to_the_queues()
    {
        Assert.SkipUnless(Environment.UserName == "root", "only root may give files away");
        const string Service = "12345:23456";
        string queue = Directory.CreateDirectory(Path.Combine(_tables.Root, "queue")).FullName;
        await OwnedByAsync(Service, queue);
        string[] arguments = ["tim", "--iterations", "4096", "--queue-directory", queue];
        await RunAsync("geheim\n", arguments);
        Assert.Equal(Service, await OwnerAsync(File));
        Assert.Equal(OwnerOnly, System.IO.File.GetUnixFileMode(File));

        await OwnedByAsync("12346:0", File); // the administrator's will
        await RunAsync("geheim\n", arguments);
        Assert.Equal("12346:0", await OwnerAsync(File));
        await OwnedByAsync("0:0", File); // nobody's will
        await RunAsync(string.Empty, "tim", "--delete", "--queue-directory", queue);
        Assert.Equal(Service, await OwnerAsync(File));
    }

    [Theory]
    [InlineData("", "empty, too long or holds a control character", "tim")]
    [InlineData("\n", "empty, too long or holds a control character", "tim")]
    [InlineData("a\tb\n", "empty, too long or holds a control character", "tim")]
    [InlineData("", "there is no user tim", "tim", "--delete")]
    public async Task What_cannot_be_done_exits_65_and_changes_nothing(
        string input, string error, params string[] arguments)
    {
        Result result = await RunAsync(input, arguments);
        Assert.Equal(ExitCode.DataError, result.ExitCode);
        Assert.Contains(error, result.Error, StringComparison.Ordinal);
        Assert.False(System.IO.File.Exists(File));
    }

    [Theory]
    [InlineData("none of them a blank", "two words")]
    [InlineData("none of them a blank", "#tim")]
    [InlineData("--iterations: expected 4096 to 2000000", "tim", "--iterations", "4095")]
    [InlineData("--iterations: expected 4096 to 2000000", "tim", "--iterations", "2000001")]
    public async Task A_wrong_command_line_exits_64_before_a_password_is_read(string error, params string[] arguments)
    {
        Result result = await RunAsync("geheim\n", arguments);
        Assert.Equal(ExitCode.Usage, result.ExitCode);
        Assert.Contains(error, result.Error, StringComparison.Ordinal);
        Assert.False(System.IO.File.Exists(File));
    }

    private string[] Lines() => System.IO.File.ReadAllLines(File);

    /// <summary>As the relay reads the file.</summary>
    private bool Matches(string user, string password)
    {
        using var rules = Relay.Host.Tables.LiveRules.Start(
            _tables.Settings(), Relay.Logging.NullMailLog.Instance, TimeProvider.System, out _);
        var users = new Relay.Host.Authentication.LiveUsers(rules.Holder);
        ScramKeys keys = users.Find(System.Text.Encoding.UTF8.GetBytes(user))!;
        return keys.Matches(System.Text.Encoding.UTF8.GetBytes(password));
    }

    private static async Task OwnedByAsync(string owner, string path)
    {
        using Process chown = Process.Start("/bin/chown", [owner, path]);
        await chown.WaitForExitAsync();
        Assert.Equal(0, chown.ExitCode);
    }

    private static async Task<string> OwnerAsync(string path)
    {
        var start = new ProcessStartInfo("/usr/bin/stat", ["-c", "%u:%g", path]) { RedirectStandardOutput = true };
        using Process stat = Process.Start(start)!;
        return (await stat.StandardOutput.ReadToEndAsync()).TrimEnd();
    }

    private async Task<Result> RunAsync(string input, params string[] arguments)
    {
        var start = new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "relay"), ["passwd", .. arguments, "--file", File])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        try
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // it ended without reading
        }

        await process.WaitForExitAsync();
        Assert.Empty(await output);
        return new Result(process.ExitCode, await error);
    }

    private sealed record Result(int ExitCode, string Error);
}
