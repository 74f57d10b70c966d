using System.Text;

namespace Relay.Host.Running;

/// <summary>
/// Sendmail's PidFile: the process id in the first line, the command line in the second. Disposing of it removes the
/// file if it is still ours.
/// </summary>
internal sealed class PidFile : IDisposable
{
    private readonly string _path;
    private readonly string _text;

    private PidFile(string path, string? commandLine)
    {
        _path = Path.GetFullPath(path);
        _text = $"{Environment.ProcessId}\n{commandLine ?? CommandLine()}\n";
    }

    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    /// <param name="path">Where.</param>
    /// <param name="commandLine">What starts it again; null for the command line of this process.</param>
    public static PidFile Write(string path, string? commandLine)
    {
        var file = new PidFile(path, commandLine);
        string draft = $"{file._path}.{Environment.ProcessId}";
        File.WriteAllText(draft, file._text); // readers see the old one or the whole new one
        File.Move(draft, file._path, overwrite: true);
        return file;
    }

    public void Dispose()
    {
        try
        {
            if (File.ReadAllText(_path) == _text)
            {
                File.Delete(_path);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // not ours any more, or gone
        }
    }

    /// <summary>As the process was started, with the name that it was called by.</summary>
    private static string CommandLine()
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes("/proc/self/cmdline"))
                .TrimEnd('\0').Replace('\0', ' ').ReplaceLineEndings(" ");
        }
        catch (IOException)
        {
            return Environment.CommandLine.ReplaceLineEndings(" ");
        }
    }
}
