using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Relay.Delivery.Authentication;

/// <summary>
/// Reads and replaces a small file that holds a secret and may be open to its owner alone. Stateless.
/// </summary>
internal static partial class SecretFile
{
    private const int CloseOnExec = 0x80000; // with O_RDONLY

    private const int LengthMax = 64 * 1024;

    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>
    /// Puts a text in the place of a file's, for its owner alone, all or nothing; waits for the disk.
    /// </summary>
    /// <returns>Why that cannot be; empty if it is done.</returns>
    public static string Replace(string path, string text)
    {
        try
        {
            string target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
            string next = target + ".new";
            File.Delete(next);
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            };
            using (var file = new FileStream(next, options))
            {
                file.Write(Encoding.UTF8.GetBytes(text));
                file.Flush(flushToDisk: true);
            }

            File.Move(next, target, overwrite: true);
            using var folder = new SafeFileHandle(Open(Path.GetDirectoryName(target)!, CloseOnExec), ownsHandle: true);
            return !folder.IsInvalid && FSync(folder) == 0
                ? string.Empty
                : $"{path} may not outlast a power failure: {Marshal.GetLastPInvokeErrorMessage()}";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"{path} cannot be written: {exception.Message}";
        }
    }

    /// <returns>The text, or null and why there is none.</returns>
    public static async ValueTask<(string? Text, string Problem)> ReadAsync(
        string path, CancellationToken cancellation)
    {
        try
        {
            if ((File.GetUnixFileMode(path) & Others) != 0)
            {
                return (null, $"{path} holds secrets and is open to its group or to others; chmod 600");
            }

            if (new FileInfo(path).Length > LengthMax)
            {
                return (null, $"{path} is longer than {LengthMax} octets");
            }

            return (await File.ReadAllTextAsync(path, Encoding.UTF8, cancellation), string.Empty);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return (null, $"{path} cannot be read: {exception.Message}");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int FSync(SafeFileHandle file);
}
