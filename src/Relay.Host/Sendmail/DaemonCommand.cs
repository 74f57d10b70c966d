using System.Diagnostics;
using System.Text;
using Relay.Host.Commands;
using Relay.Host.Options;
using Relay.Host.Running;

namespace Relay.Host.Sendmail;

/// <summary>
/// <c>sendmail -bd</c>: runs the relay in the background and returns when it listens; <c>-bD</c> in the foreground.
/// <c>-q30m</c> is <c>retry.interval</c>, <c>-OPidFile=</c> is <c>pidFile</c>; <c>-q30m</c> alone runs one that listens
/// on no port and serves this machine's own users.
/// </summary>
internal static class DaemonCommand
{
    public static async Task<int> RunAsync(SendmailArguments arguments)
    {
        if (CommandSettings.FileOf(arguments.ConfigurationFile)?.Path is not { } file)
        {
            await Console.Error.WriteLineAsync(
                $"{arguments.Program}: there is no configuration; expected {ConfigurationFile.Installed}, the variable "
                + $"{EnvironmentSource.ConfigVariable} or -C file");
            return ExitCode.Configuration;
        }

        string[] serve = ServeArguments(arguments, file);
        if (arguments.Mode == 'D')
        {
            RuntimeTuning.Apply();
            return await RelayCommandLine.RunAsync(serve);
        }

        string program = Environment.ProcessPath
            ?? throw new IOException("the program's own path is not known");
        var start = new ProcessStartInfo(program, [.. serve, "--detach"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();

        // It says that it runs, or why it does not and ends. What it says later goes nowhere.
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            if (line == Welcome.FirstLine)
            {
                return ExitCode.Ok;
            }

            await Console.Error.WriteLineAsync(line);
        }

        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    /// <summary>The command line of <c>relay serve</c> that does the same.</summary>
    internal static string[] ServeArguments(SendmailArguments arguments, string file)
    {
        var serve = new List<string> { "serve", "--config", file };
        if (arguments.QueueRun?.Interval is { } interval)
        {
            serve.AddRange(["--set", $"{RetryKeys.FixedInterval.Path}={(long)interval.TotalSeconds}s"]);
        }

        foreach ((string name, string value) in arguments.Options)
        {
            if (name.Equals("PidFile", StringComparison.OrdinalIgnoreCase))
            {
                serve.AddRange(["--set", $"{SubmissionKeys.PidFile.Path}={value}"]);
            }
        }

        if (arguments.Mode is not ('d' or 'D'))
        {
            serve.AddRange(["--listen", ConfigurationLoader.NoListeners]);
        }

        serve.AddRange(["--started-as", CommandLine()]);
        return [.. serve];
    }

    /// <summary>As it was typed, so that the second line of the PID file starts it again.</summary>
    private static string CommandLine() =>
        Encoding.UTF8.GetString(File.ReadAllBytes("/proc/self/cmdline")).TrimEnd('\0').Replace('\0', ' ')
            .ReplaceLineEndings(" ");
}
