using System.Runtime.InteropServices;

namespace Relay.Queue.Tests.Journal;

/// <summary>A tmpfs of a few megabytes mounted on a directory; needs root.</summary>
internal sealed partial class SmallFileSystem : IDisposable
{
    private const int Detach = 2;

    private SmallFileSystem(string directory)
    {
        Directory = directory;
    }

    public string Directory { get; }

    /// <summary>Null if this process may not mount.</summary>
    public static SmallFileSystem? TryMount(long size)
    {
        string directory = System.IO.Directory.CreateTempSubdirectory("relay-small-").FullName;
        if (Mount("tmpfs", directory, "tmpfs", 0, $"size={size}") == 0)
        {
            return new SmallFileSystem(directory);
        }

        System.IO.Directory.Delete(directory);
        return null;
    }

    public void Dispose()
    {
        Unmount(Directory, Detach);
        System.IO.Directory.Delete(Directory);
    }

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string type, nuint flags, string data);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount(string target, int flags);
}
