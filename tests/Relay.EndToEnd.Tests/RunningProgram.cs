using System.Diagnostics;
using System.Text;
using System.Threading.Channels;
using Relay.Testing;

namespace Relay.EndToEnd.Tests;

/// <summary>A program under test that keeps running; its lines can be awaited. Ended by pid only.</summary>
internal sealed class RunningProgram : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly StringBuilder _all = new();
    private int _streams = 2;

    private RunningProgram(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => OnLine(line.Data);
        process.ErrorDataReceived += (_, line) => OnLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Everything printed so far.</summary>
    public string Output
    {
        get
        {
            lock (_all)
            {
                return _all.ToString();
            }
        }
    }

    public static RunningProgram Start(string program, params string[] arguments)
    {
        ProcessStartInfo start = ChildProgram.Start(program, arguments);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        return new RunningProgram(Process.Start(start)!);
    }

    /// <summary>
    /// The next line that contains the text; fails at the deadline or if the program ends without it.
    /// </summary>
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
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            Assert.Fail($"no line with \"{text}\" from the program; it printed:\n{Output}");
            throw;
        }
    }

    /// <summary>kill -9: no handler runs, nothing is flushed.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Sends a signal by name (TERM, HUP).</summary>
    public Task SignalAsync(string signal) => Tool.RunAsync("/bin/kill", [$"-{signal}", $"{Id}"]);

    /// <summary>The same to the program's only child, for a program that runs another one (strace).</summary>
    public Task SignalChildAsync(string signal) => Tool.RunAsync("/bin/kill", [$"-{signal}", $"{ChildId()}"]);

    /// <summary>The exit code, once the program has ended by itself.</summary>
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
            await KillAsync();
        }

        _process.Dispose();
    }

    private string ChildId() => File.ReadAllText($"/proc/{Id}/task/{Id}/children").Trim();

    private void OnLine(string? line)
    {
        if (line is null)
        {
            if (Interlocked.Decrement(ref _streams) == 0)
            {
                _lines.Writer.TryComplete(); // what it said last may be on either stream
            }

            return;
        }

        lock (_all)
        {
            _all.AppendLine(line);
        }

        _lines.Writer.TryWrite(line);
    }
}
