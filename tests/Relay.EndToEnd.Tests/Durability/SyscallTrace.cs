using System.Globalization;
using System.Text.RegularExpressions;

namespace Relay.EndToEnd.Tests.Durability;

/// <summary>
/// Reads what <c>strace -f -yy -ttt -s N</c> wrote about a relay and decides whether every acknowledged message was on
/// disk before its <c>250</c> was sent: between the last read of the content and the send, a write that completed, on a
/// descriptor opened with O_DSYNC or O_SYNC (or followed by fdatasync/fsync), must contain the message's marker.
/// </summary>
internal sealed partial class SyscallTrace
{
    private readonly List<Call> _calls = [];
    private readonly HashSet<string> _synchronousPaths = [];

    private SyscallTrace()
    {
    }

    private sealed record Call(string Name, string Text, string Path, int Begin, int End);

    /// <summary>
    /// Parses the trace; "unfinished" and "resumed" halves are joined, so a call has a begin and an end.
    /// </summary>
    public static SyscallTrace Parse(IEnumerable<string> lines)
    {
        var trace = new SyscallTrace();
        var open = new Dictionary<string, (string Text, int Begin)>();
        int number = 0;
        foreach (string line in lines)
        {
            number++;
            Match match = LinePattern().Match(line);
            if (!match.Success)
            {
                continue;
            }

            string thread = match.Groups["pid"].Value;
            string rest = match.Groups["rest"].Value;
            if (rest.EndsWith("<unfinished ...>", StringComparison.Ordinal))
            {
                open[thread] = (rest[..^"<unfinished ...>".Length], number);
                continue;
            }

            Match resumed = ResumedPattern().Match(rest);
            if (resumed.Success && open.Remove(thread, out (string Text, int Begin) first))
            {
                trace.Add(first.Text + resumed.Groups["rest"].Value, first.Begin, number);
            }
            else if (!resumed.Success)
            {
                trace.Add(rest, number, number);
            }
        }

        return trace;
    }

    /// <summary>Null if the message was durable before its acknowledgement was sent; else what is wrong.</summary>
    public string? FindViolation(string marker)
    {
        Call? read = _calls.LastOrDefault(call => IsReceive(call.Name) && call.Text.Contains(marker, StringComparison.Ordinal));
        if (read is null)
        {
            return $"{marker}: no read of the content in the trace";
        }

        Call? reply = _calls.FirstOrDefault(call =>
            call.Begin > read.End && IsSend(call.Name) && call.Text.Contains("250 2.0.0", StringComparison.Ordinal));
        if (reply is null)
        {
            return $"{marker}: no 250 in the trace";
        }

        foreach (Call write in _calls.Where(call => IsWrite(call.Name) && call.Text.Contains(marker, StringComparison.Ordinal)))
        {
            if (write.Begin < read.Begin || write.End >= reply.Begin || !Succeeded(write))
            {
                continue;
            }

            bool synced = _synchronousPaths.Contains(write.Path) || _calls.Exists(call =>
                call.Name is "fsync" or "fdatasync" && call.Path == write.Path
                && call.Begin > write.End && call.End < reply.Begin && Succeeded(call));
            if (synced)
            {
                return null;
            }
        }

        return $"{marker}: no completed synchronous write of the message between its last read and its 250";
    }

    private static bool IsReceive(string name) => name is "recvfrom" or "recvmsg" or "read" or "readv";

    private static bool IsSend(string name) => name is "sendto" or "sendmsg" or "write" or "writev";

    private static bool IsWrite(string name) => name is "pwrite64" or "pwritev" or "pwritev2" or "write" or "writev";

    private static bool Succeeded(Call call)
    {
        int equals = call.Text.LastIndexOf(" = ", StringComparison.Ordinal);
        string result = equals < 0 ? string.Empty : call.Text[(equals + 3)..].Split(' ', '<')[0];
        return long.TryParse(result, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) && value >= 0;
    }

    private void Add(string text, int begin, int end)
    {
        int parenthesis = text.IndexOf('(', StringComparison.Ordinal);
        if (parenthesis <= 0)
        {
            return;
        }

        string name = text[..parenthesis];
        if (name is "openat" or "open")
        {
            Match opened = OpenedPattern().Match(text);
            if (opened.Success && SynchronousFlag().IsMatch(text))
            {
                _synchronousPaths.Add(opened.Groups["path"].Value);
            }

            return;
        }

        Match descriptor = DescriptorPattern().Match(text);
        _calls.Add(new Call(name, text, descriptor.Success ? descriptor.Groups["path"].Value : string.Empty, begin, end));
    }

    [GeneratedRegex(@"^(?:\[pid +)?(?<pid>\d+)\]? +(?:\d+\.\d+ +)?(?<rest>.*)$")]
    private static partial Regex LinePattern();

    [GeneratedRegex(@"^<\.\.\. \w+ resumed>(?<rest>.*)$")]
    private static partial Regex ResumedPattern();

    [GeneratedRegex(@"= \d+<(?<path>[^>]+)>\s*$")]
    private static partial Regex OpenedPattern();

    [GeneratedRegex(@"\bO_D?SYNC\b")]
    private static partial Regex SynchronousFlag();

    [GeneratedRegex(@"^\w+\(\d+<(?<path>[^>]+)>")]
    private static partial Regex DescriptorPattern();
}
