using System.Runtime.InteropServices;
using Relay.Queue.Journal;

namespace Relay.Queue.Tests.Journal;

/// <summary>One process has a queue's directory, and gives it up when it says so.</summary>
public sealed partial class DirectoryLockTests : IDisposable
{
    private readonly string _directory = QueueExtensions.NewDirectory();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_second_opening_is_refused_with_the_lock_and_the_remedy()
    {
        using DirectoryStore store = DirectoryStore.Open(_directory);
        MailQueueException refusal = Assert.Throws<MailQueueException>(() => DirectoryStore.Open(_directory));
        Assert.Contains($"it holds the lock on {_directory}/q.lock", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Stop that one first.", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>A fork copies descriptors; until its exec the child has the lock as much as we do.</summary>
    [Fact]
    public void The_lock_is_free_at_once_though_a_process_being_started_has_a_copy_of_its_descriptor()
    {
        DirectoryStore store = DirectoryStore.Open(_directory);
        int copy = Duplicate(DescriptorOf(Path.Combine(_directory, "q.lock")));
        Assert.True(copy >= 0);
        try
        {
            store.Dispose();
            store.Dispose(); // once more does no harm
            DirectoryStore.Open(_directory).Dispose();
        }
        finally
        {
            Assert.Equal(0, Close(copy));
        }
    }

    [LibraryImport("libc", EntryPoint = "dup")]
    private static partial int Duplicate(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    private static int DescriptorOf(string path) => int.Parse(
        Directory.GetFiles("/proc/self/fd").Single(fd => TargetOf(fd) == path).Split('/')[^1]);

    /// <summary>Null if the descriptor was closed meanwhile; other tests open and close theirs.</summary>
    private static string? TargetOf(string descriptor)
    {
        try
        {
            return File.ResolveLinkTarget(descriptor, false)?.FullName;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }
}
