using System.Diagnostics;
using Relay.Host.Commands;
using Relay.Host.Tests.Tables;

namespace Relay.Host.Tests.Commands;

/// <summary>Root checks, another user runs the relay.</summary>
public sealed class ClosedFilesTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Theory]
    [InlineData("0:0", OwnerOnly, true)]
    [InlineData("12345:0", OwnerOnly, false)]
    [InlineData("0:0", OwnerOnly | UnixFileMode.GroupRead, true)]
    [InlineData("0:23456", OwnerOnly | UnixFileMode.GroupRead, false)]
    [InlineData("0:0", OwnerOnly | UnixFileMode.OtherRead, false)]
    public async Task Check_warns_root_of_a_file_that_is_closed_to_the_user_whose_the_queue_is(
        string owner, UnixFileMode mode, bool isClosed)
    {
        Assert.SkipUnless(Environment.UserName == "root", "only root may give files away");
        using TableFolder folder = new TableFolder().With("access", string.Empty).With("senderlogin", string.Empty);
        string queue = Directory.CreateDirectory(Path.Combine(folder.Root, "queue")).FullName;
        string file = Path.Combine(folder.Root, "senderlogin");
        File.SetUnixFileMode(file, mode);
        await OwnedByAsync("12345:23456", queue);
        await OwnedByAsync(owner, file);
        (int code, string output) = await RelayProcess.RunAsync(
            folder.Root, "check", "--hostname", "relay.example", "--tables", folder.Root, "--queue-directory", queue);
        string warning = $"warning: {file} is not readable for 12345, whose the queue is: chown 12345 {file}";
        Assert.Equal(ExitCode.Ok, code);
        Assert.Equal(isClosed, output.Contains(warning, StringComparison.Ordinal));
        Assert.DoesNotContain("access is not readable", output, StringComparison.Ordinal);
    }

    private static async Task OwnedByAsync(string owner, string path)
    {
        using Process chown = Process.Start("/bin/chown", [owner, path]);
        await chown.WaitForExitAsync();
        Assert.Equal(0, chown.ExitCode);
    }
}
