using System.Runtime.InteropServices;
using Relay.Tables.Loading;

namespace Relay.Tables.Tests.Loading;

/// <summary>Who else could change a table (Sendmail: op.me, DontBlameSendmail; safefile, safedirpath).</summary>
public sealed partial class FileSafetyTests : IDisposable
{
    private readonly TableFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_link_into_a_directory_that_others_can_write_is_refused()
    {
        string open = Directory.CreateDirectory(_folder.PathOf("open")).FullName;
        _folder.Write("open/real", "a.x OK\n");
        File.SetUnixFileMode(open, File.GetUnixFileMode(open) | UnixFileMode.GroupWrite);
        File.CreateSymbolicLink(_folder.PathOf("access"), "open/real");

        TableProblem problem = Assert.Single(Load().Problems);
        Assert.Equal(
            $"{_folder.PathOf("access")}: error: the directory {open} is writable for its group; chmod g-w, or allow it "
                + "with GroupWritableDirPath",
            problem.ToString());
    }

    [Fact]
    public void A_link_that_lies_in_a_directory_that_others_can_write_is_refused()
    {
        _folder.Write("real", "a.x OK\n");
        string open = Directory.CreateDirectory(_folder.PathOf("open")).FullName;
        File.SetUnixFileMode(open, File.GetUnixFileMode(open) | UnixFileMode.GroupWrite);
        File.CreateSymbolicLink(_folder.PathOf("open/middle"), "../real");
        File.CreateSymbolicLink(_folder.PathOf("access"), "open/middle");

        Assert.True(Load().HasErrors);
    }

    [Fact]
    public void Links_through_safe_directories_are_read()
    {
        string safe = Directory.CreateDirectory(_folder.PathOf("safe")).FullName;
        _folder.Write("safe/real", "a.x OK\n");
        Directory.CreateSymbolicLink(_folder.PathOf("linked"), safe);
        File.CreateSymbolicLink(_folder.PathOf("access"), "linked/real");

        TableLoad load = Load();
        Assert.Empty(load.Problems);
        Assert.Equal(1, load.Set.Access.Count);
    }

    [Fact]
    public void A_file_of_another_user_is_read_and_its_owner_named()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root: it gives a file away");
        string path = _folder.Write("access", "a.x OK\n");
        Assert.Equal(0, ChangeOwner(path, 12345, 12345));

        TableLoad load = Load();
        Assert.Equal(
            $"{path}: warning: the file belongs to user 12345, who can change it; expected root or the relay's user",
            Assert.Single(load.Problems).ToString());
        Assert.Equal(1, load.Set.Access.Count);
    }

    private TableLoad Load() => TableWatcher.LoadOnce(new TableSources { Access = _folder.PathOf("access") });

    [LibraryImport("libc", EntryPoint = "chown", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);
}
