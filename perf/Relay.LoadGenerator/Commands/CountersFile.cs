using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Relay.LoadGenerator.Commands;

/// <summary>
/// Keeps a sink's running counts in a file for scripts that wait for the last message: one line of fixed length,
/// messages and recipients, written over every 20 ms and at the end.
/// </summary>
internal static class CountersFile
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    internal static async Task KeepAsync(
        string path, Func<(long Messages, long Recipients)> read, Task run, TimeProvider time)
    {
        using SafeFileHandle file = File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.Read);
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            Write(file, read());
        }
        while (await Task.WhenAny(timer.WaitForNextTickAsync().AsTask(), run) != run);
        Write(file, read());
    }

    private static void Write(SafeFileHandle file, (long Messages, long Recipients) counts)
    {
        string line = string.Create(CultureInfo.InvariantCulture, $"{counts.Messages,20} {counts.Recipients,20}\n");
        RandomAccess.Write(file, Encoding.ASCII.GetBytes(line), 0);
    }
}
