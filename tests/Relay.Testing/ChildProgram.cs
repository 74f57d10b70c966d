using System.Diagnostics;

namespace Relay.Testing;

/// <summary>Starts programs that are to take signals, whatever the tests were started from.</summary>
public static class ChildProgram
{
    private const int HangUp = 1, Interrupt = 2;

    /// <summary>
    /// What starts the program with SIGHUP and SIGINT as they are by default. <c>nohup</c> and a script's <c>&amp;</c>
    /// have them ignored; a child would inherit that, the runtime respects it, and a test that sends one would wait for
    /// nothing. The process keeps its id.
    /// </summary>
    public static ProcessStartInfo Start(string program, params IEnumerable<string> arguments) =>
        IsIgnored(HangUp) || IsIgnored(Interrupt)
            ? new ProcessStartInfo("/usr/bin/env", ["--default-signal=HUP,INT", program, .. arguments])
            : new ProcessStartInfo(program, arguments);

    private static bool IsIgnored(int signal)
    {
        const string Field = "SigIgn:";
        string line = File.ReadLines("/proc/self/status").First(
            static l => l.StartsWith(Field, StringComparison.Ordinal));
        return (Convert.ToUInt64(line[Field.Length..].Trim(), 16) & (1UL << (signal - 1))) != 0;
    }
}
