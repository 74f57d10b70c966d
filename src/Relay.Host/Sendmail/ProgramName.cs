using System.Text;

namespace Relay.Host.Sendmail;

/// <summary>
/// The name that the process was called by: the last part of argv[0] of its command line, since the runtime's own
/// properties name the file that symbolic links lead to.
/// </summary>
internal static class ProgramName
{
    public static string Current
    {
        get
        {
            try
            {
                return Of(File.ReadAllBytes("/proc/self/cmdline"));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return "relay";
            }
        }
    }

    /// <param name="commandLine">Arguments with a NUL behind each.</param>
    public static string Of(ReadOnlySpan<byte> commandLine)
    {
        int end = commandLine.IndexOf((byte)0);
        ReadOnlySpan<byte> first = end < 0 ? commandLine : commandLine[..end];
        return Encoding.UTF8.GetString(first[(first.LastIndexOf((byte)'/') + 1)..]);
    }
}
