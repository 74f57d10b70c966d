using Relay.Host.Service;
using Relay.Logging.Outputs;

namespace Relay.Host.Running;

/// <summary>Where a log goes, as an administrator writes it.</summary>
internal static class LogDestination
{
    public const string StandardOutput = "stdout";

    /// <summary>The local syslog daemon.</summary>
    public const string Syslog = "syslog";

    private const string SyslogAt = "syslog:";

    /// <summary>True for <c>stdout</c>, <c>syslog</c>, <c>syslog:/path/of/socket</c> or the path of a file.</summary>
    public static bool IsValid(string text) =>
        text is StandardOutput or Syslog
        || (text.StartsWith(SyslogAt, StringComparison.Ordinal) && text.AsSpan(SyslogAt.Length) is ['/', _, ..])
        || (text.Contains('/', StringComparison.Ordinal) && !text.Contains('\0', StringComparison.Ordinal)
            && !text.EndsWith('/') && !text.StartsWith(SyslogAt, StringComparison.Ordinal));

    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static LogOutput Open(string text, TimeProvider time) => text switch
    {
        StandardOutput => new StreamLogOutput(Console.OpenStandardOutput()),
        Syslog => new SyslogSocketOutput(SyslogSocketOutput.DefaultPath),
        _ when text.StartsWith(SyslogAt, StringComparison.Ordinal) => new SyslogSocketOutput(text[SyslogAt.Length..]),
        _ => new FileLogOutput(text, time),
    };
}
