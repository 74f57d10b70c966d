using System.Diagnostics;
using System.Text;
using System.Threading.Channels;
using Relay.Testing;

namespace Relay.Host.Tests.Commands;

/// <summary>The built program <c>relay</c>, started with a directory of its own and ended by its id only.</summary>
internal sealed class RelayProcess : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly StringBuilder _output = new();

    private RelayProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, e) => OnLine(e.Data);
        process.ErrorDataReceived += (_, e) => OnLine(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "relay");

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    public static RelayProcess Start(string directory, params string[] arguments) =>
        StartWith(directory, [], arguments);

    /// <summary>With more in its environment.</summary>
    public static RelayProcess StartWith(
        string directory, Dictionary<string, string> environment, params string[] arguments) =>
        StartProgram(Program, directory, environment, arguments);

    /// <summary>Starts a program that starts the relay.</summary>
    public static RelayProcess StartProgram(
        string program, string directory, Dictionary<string, string> environment, params string[] arguments)
    {
        ProcessStartInfo start = ChildProgram.Start(program, arguments);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.WorkingDirectory = directory;
        string[] ours = [.. start.Environment.Keys.Where(k => k.StartsWith("RELAY_", StringComparison.Ordinal))];
        foreach (string name in ours)
        {
            start.Environment.Remove(name);
        }

        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return new RelayProcess(Process.Start(start)!);
    }

    /// <summary>Runs a command to its end.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(string directory, params string[] arguments)
    {
        await using RelayProcess process = Start(directory, arguments);
        return (await process.WaitForExitAsync(), process.Output);
    }

    /// <summary>The next line that holds the text.</summary>
    public async Task<string> WaitForLineAsync(string text)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            while (true)
            {
                string line = await _lines.Reader.ReadAsync(deadline.Token);
                if (line.Contains(text, StringComparison.Ordinal))
                {
                    return line;
                }
            }
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"no line with \"{text}\"; the program printed:\n{Output}");
            throw;
        }
    }

    /// <summary>The port of the first listener, as the log says it.</summary>
    public async Task<int> WaitForPortAsync()
    {
        string line = await WaitForLineAsync("listening on 127.0.0.1:");
        string digits = line[(line.IndexOf("127.0.0.1:", StringComparison.Ordinal) + "127.0.0.1:".Length)..];
        return int.Parse(digits.AsSpan()[..digits.AsSpan().IndexOfAnyExceptInRange('0', '9')]);
    }

    public async Task SignalAsync(string name)
    {
        using Process kill = Process.Start("/bin/kill", [$"-{name}", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
    }

    public async Task<int> WaitForExitAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"the program did not end; it printed:\n{Output}");
        }

        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private void OnLine(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_output)
        {
            _output.AppendLine(line);
        }

        _lines.Writer.TryWrite(line);
    }
}
