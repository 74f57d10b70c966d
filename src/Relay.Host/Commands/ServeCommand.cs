using System.CommandLine;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Relay.Host.Options;
using Relay.Host.Running;
using Relay.Host.Service;
using Relay.Host.Submission;
using Relay.Host.Tables;
using Relay.Host.Tls;
using Relay.Queue;

namespace Relay.Host.Commands;

/// <summary>
/// <c>relay serve</c>: runs the relay in the foreground until SIGTERM or SIGINT (a second one ends the wait for what is
/// under way); SIGHUP reloads tables and options and begins log files anew, SIGUSR1 does the latter alone. What is not
/// mail log goes to standard error.
/// </summary>
internal sealed class ServeCommand
{
    /// <summary>For <c>sendmail -bd</c>: leaves the terminal behind once it runs.</summary>
    private static readonly Option<bool> Detach = new("--detach") { Hidden = true };

    /// <summary>For <c>sendmail -bd</c>: the command line that the PID file tells.</summary>
    private static readonly Option<string> StartedAs = new("--started-as") { Hidden = true };

    private readonly ConfigurationOptions _configuration;
    private readonly ParseResult _result;
    private readonly TextWriter _error;
    private readonly ServiceNotifier _notifier = ServiceNotifier.Of(
        Environment.GetEnvironmentVariable, TimeProvider.System);

    private LiveRules? _rules;

    private ServeCommand(ConfigurationOptions configuration, ParseResult result)
    {
        _configuration = configuration;
        _result = result;
        _error = result.InvocationConfiguration.Error;
    }

    public static Command Create()
    {
        var configuration = new ConfigurationOptions(takesInstalled: false);
        var command = new Command("serve", "Runs the relay in the foreground.");
        configuration.AddTo(command);
        command.Add(Detach);
        command.Add(StartedAs);
        command.SetAction((result, _) => new ServeCommand(configuration, result).RunAsync());
        return command;
    }

    private async Task<int> RunAsync()
    {
        if (_result.GetValue(Detach))
        {
            SystemCalls.BeginSession();
        }

        using var signals = new SignalWatch();
        RelaySettings? settings = _configuration.Load(_result, _error);
        if (settings is null)
        {
            return ExitCode.Configuration;
        }

        using LogSet? log = OpenLogs(settings);
        if (log is null)
        {
            return ExitCode.Unavailable;
        }

        log.WriteDaemon(StartLine(settings));
        _rules = TableLoading.Start(settings, log, _error);
        TlsParts? tls = _rules is null ? null : TlsLoading.Load(settings, _error);
        if (_rules is null || tls is null)
        {
            return ExitCode.Configuration;
        }

        RelayRuntime runtime;
        try
        {
            runtime = await RelayRuntime.StartAsync(settings, _rules, tls, log, TimeProvider.System);
        }
        catch (MailQueueException exception)
        {
            await _error.WriteLineAsync($"relay: the queue cannot be opened: {Printable.Of(exception.Message)}");
            return ExitCode.InputOutput;
        }
        catch (Exception exception) when (exception is IOException or SocketException or UnauthorizedAccessException)
        {
            await _error.WriteLineAsync($"relay: {Printable.Of(exception.Message)}");
            return ExitCode.Unavailable;
        }

        using PidFile? pidFile = WritePidFile(settings);
        if (_result.GetValue(Detach))
        {
            SystemCalls.LeaveTerminal(); // before who started us is told and goes on; writers have copies of their own
        }

        Welcome.Print(_error, settings, _rules.Holder.Current, runtime.EndPoints, _notifier.IsHeard);
        _notifier.Watch(runtime.Heartbeat, () => runtime.ReasonsNotAlive.Count == 0);
        _notifier.Ready("taking mail");
        await ServeUntilSignalAsync(runtime, signals, log);
        await StopAsync(runtime, signals, log);
        _notifier.Dispose();
        return ExitCode.Ok;
    }

    /// <summary>A PID file that cannot be written is no reason not to serve.</summary>
    private PidFile? WritePidFile(RelaySettings settings)
    {
        if (settings.Get(SubmissionKeys.PidFile) is not { Length: > 0 } path)
        {
            return null;
        }

        try
        {
            return PidFile.Write(path, _result.GetValue(StartedAs));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _error.WriteLine($"relay: pidFile: {Printable.Of(exception.Message)}");
            return null;
        }
    }

    /// <summary>As Sendmail begins: analysers of its logs count starts by this line.</summary>
    private static string StartLine(RelaySettings settings)
    {
        string version = typeof(ServeCommand).Assembly.GetName().Version?.ToString(3) ?? "0";
        TimeSpan interval = settings.Get(RetryKeys.FixedInterval);
        return $"starting daemon ({version}): SMTP{(interval > TimeSpan.Zero ? $"+queueing@{interval:hh\\:mm\\:ss}" : "")}";
    }

    private LogSet? OpenLogs(RelaySettings settings)
    {
        try
        {
            return LogSet.Open(settings, TimeProvider.System);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _error.WriteLine($"relay: the log cannot be opened: {Printable.Of(exception.Message)}");
            return null;
        }
    }

    private async Task ServeUntilSignalAsync(RelayRuntime runtime, SignalWatch signals, LogSet log)
    {
        while (await signals.NextAsync() is var signal && signal is PosixSignal.SIGHUP or SignalWatch.User1)
        {
            log.Reopen();
            if (signal == PosixSignal.SIGHUP)
            {
                _notifier.Reloading();
                await ReloadAsync(runtime, log);
                _notifier.Ready("taking mail");
            }
        }
    }

    /// <summary>A wrong configuration changes nothing: the old one stays in force as a whole.</summary>
    private async Task ReloadAsync(RelayRuntime runtime, LogSet log)
    {
        log.WriteDaemon($"restarting {Environment.ProcessPath} due to signal");
        using var problems = new StringWriter();
        RelaySettings? settings = _configuration.Load(_result, problems);
        PreparedRules? rules = settings is null ? null : TableLoading.Prepare(_rules!, settings, problems);
        TlsParts? tls = rules is null ? null : TlsLoading.Load(settings!, problems);
        if (settings is null || rules is null || tls is null)
        {
            rules?.Watcher.Dispose();
            runtime.OnReloadRefused();
            await _error.WriteAsync(problems.ToString());
            log.WriteDaemon(
                "reload refused, the old configuration stays: " + problems.ToString().ReplaceLineEndings(" "));
            return;
        }

        try
        {
            IReadOnlyList<string> later = await runtime.ReloadAsync(settings, rules, tls);
            log.WriteDaemon(later.Count == 0
                ? "reloaded"
                : $"reloaded; these options count from the next start: {string.Join(", ", later)}");
        }
        catch (Exception exception) when (exception is IOException or SocketException or ArgumentException)
        {
            runtime.OnReloadRefused();
            log.WriteDaemon($"reload refused, the old configuration stays: {exception.Message}");
        }
    }

    private async Task StopAsync(
        RelayRuntime runtime, SignalWatch signals, LogSet log)
    {
        log.WriteDaemon("stopping daemon, reason=signal");
        TimeSpan patience = runtime.StopTimeout;
        _notifier.Stopping(patience);
        Task stop = runtime.StopAsync(patience);
        Task hurry = signals.EndAsync();
        if (await Task.WhenAny(stop, hurry) == hurry && !stop.IsCompleted)
        {
            log.WriteDaemon("stopping at once");
            await runtime.HurryAsync(stop);
        }
        else
        {
            await stop;
        }

        log.WriteDaemon("stopped");
    }
}
