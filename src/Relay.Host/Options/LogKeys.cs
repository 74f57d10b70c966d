using Relay.Host.Running;
using Relay.Logging;

namespace Relay.Host.Options;

/// <summary>
/// Options of the mail log and of the index behind <c>relay trace</c>; docs/logs.md describes the lines.
/// </summary>
internal static class LogKeys
{
    private const string DestinationExpected = "stdout, syslog, syslog:/path/of/socket or the path of a file";

    private static readonly OptionFormat<string> Destination = new(
        DestinationExpected,
        static (string t, out string v) => Take(t, out v) && LogDestination.IsValid(t),
        static v => v,
        JsonTokens.String);

    private static readonly OptionFormat<string> OptionalDestination = new(
        DestinationExpected + ", or \"\" for none",
        static (string t, out string v) => Take(t, out v) && (t.Length == 0 || LogDestination.IsValid(t)),
        static v => v,
        JsonTokens.String);

    public static readonly OptionKey<string> Output = new(
        "log.output",
        Destination,
        LogDestination.StandardOutput,
        "Where the mail log goes: `stdout`, `syslog` (the daemon at `/dev/log`), `syslog:/path` (one at another socket) or "
        + "a file, which may be rotated at any time.");

    public static readonly OptionKey<string> Events = new(
        "log.events",
        OptionalDestination,
        string.Empty,
        "Where the same events go as JSON lines besides, whatever `log.format` says.");

    public static readonly OptionKey<string> Tag = new(
        "log.tag",
        OptionFormats.Word,
        SyslogIdentity.DefaultTag,
        "The program's name in syslog lines. Analysers look for `sendmail` or `sm-mta`.");

    public static readonly OptionKey<long> TraceMemory = new(
        "trace.memory",
        new OptionFormat<long>(
            "a size from 64K to 1G, or 0 for none",
            static (string t, out long v) => SizeOrNone.Parse(t, out v) && v is 0 or >= 64 << 10,
            SizeOrNone.Write,
            JsonTokens.Number | JsonTokens.String),
        16L << 20,
        "Memory for the latest events, for `relay trace`: about 300 octets each.");

    public static readonly OptionKey<string> TraceFile = new(
        "trace.file",
        OptionFormats.OptionalPath,
        string.Empty,
        "A file for the same, which reaches further back and outlives restarts.");

    public static readonly OptionKey<long> TraceFileSize = new(
        "trace.fileSize",
        OptionFormats.Size(1 << 20, 1L << 40),
        256L << 20,
        "The most that the file and the one before it (`.1`) take together.");

    public static IReadOnlyList<OptionKey> All { get; } = [Output, Events, Tag, TraceMemory, TraceFile, TraceFileSize];

    private static OptionFormat<long> SizeOrNone => OptionFormats.Size(0, 1 << 30);

    private static bool Take(string text, out string value)
    {
        value = text;
        return true;
    }
}
