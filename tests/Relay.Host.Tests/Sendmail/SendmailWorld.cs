using System.Diagnostics;
using System.Text;
using Relay.Host.Tests.Commands;

namespace Relay.Host.Tests.Sendmail;

/// <summary>
/// The program under its old names (symbolic links) with a configuration, tables, sockets and a drop folder of its own.
/// </summary>
internal sealed class SendmailWorld : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    private static readonly string[] Names =
        ["sendmail", "mailq", "newaliases", "makemap", "hoststat", "purgestat", "relay"];

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("relay-old-names-");
    private RelayProcess? _relay;

    /// <param name="more">Further members of the configuration, each with a comma in front.</param>
    public SendmailWorld(string smartHost, string more = "")
    {
        File.SetUnixFileMode(Root, (UnixFileMode)0b111_101_101);
        Directory.CreateDirectory(PathOf("tables"));
        Directory.CreateDirectory(PathOf("bin"));
        foreach (string name in Names)
        {
            File.CreateSymbolicLink(PathOf($"bin/{name}"), Path.Combine(AppContext.BaseDirectory, "relay"));
        }

        Write("relay.json", $$"""
            {
              "hostname": "ux-mail1.arkum.ch",
              "listeners": [ { "endpoint": "127.0.0.1:0" } ],
              "queue": { "directory": "{{PathOf("queue")}}", "segmentSize": "4M" },
              "tables": { "directory": "{{PathOf("tables")}}" },
              "admin": { "socket": "{{PathOf("run/relay/admin.sock")}}" },
              "submission": {
                "socket": "{{PathOf("run/relay/submission.sock")}}",
                "queueSocket": "{{PathOf("run/relay/mailq.sock")}}",
                "dropFolder": "{{PathOf("drop")}}"
              },
              "pidFile": "{{PathOf("sendmail.pid")}}",
              "access": { "acceptUnresolvableDomains": true, "resolveClients": false },
              "smartHost": "{{smartHost}}"{{more}}
            }
            """);
    }

    public string Root => _directory.FullName;

    public RelayProcess Relay => _relay!;

    public string PathOf(string name) => Path.Combine(Root, name);

    public void Write(string name, string text) => File.WriteAllText(PathOf(name), text);

    public async Task StartAsync()
    {
        _relay = RelayProcess.Start(Root, "serve", "--config", PathOf("relay.json"));
        await _relay.WaitForLineAsync("The mail log follows");
    }

    public async Task StopAsync()
    {
        await Relay.SignalAsync("TERM");
        Assert.Equal(0, await Relay.WaitForExitAsync());
        await Relay.DisposeAsync();
        _relay = null;
    }

    /// <summary>Runs a program by its old name to its end.</summary>
    public Task<CommandResult> RunAsync(string name, params string[] arguments) =>
        ExecuteAsync(string.Empty, [PathOf($"bin/{name}"), .. arguments]);

    /// <summary>The same with standard input.</summary>
    public Task<CommandResult> PipeAsync(string input, string name, params string[] arguments) =>
        ExecuteAsync(input, [PathOf($"bin/{name}"), .. arguments]);

    /// <summary>A shell's command line, with the old names in its path.</summary>
    public Task<CommandResult> ShellAsync(string line) => ExecuteAsync(string.Empty, ["/bin/sh", "-c", line]);

    public async Task<CommandResult> ExecuteAsync(string input, string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Root,
        };
        start.Environment["RELAY_CONFIG"] = PathOf("relay.json");
        start.Environment["PATH"] = $"{PathOf("bin")}:{start.Environment["PATH"]}";
        start.Environment.Remove("NAME");
        start.Environment.Remove("MAKELEVEL");
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        await WriteAsync(process.StandardInput, input);
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            Assert.Fail($"{string.Join(' ', command)} did not end");
        }

        return new CommandResult(process.ExitCode, await output, await error);
    }

    public async ValueTask DisposeAsync()
    {
        if (_relay is not null)
        {
            await _relay.DisposeAsync();
        }

        _directory.Delete(recursive: true);
    }

    private static async Task WriteAsync(StreamWriter to, string input)
    {
        try
        {
            await to.BaseStream.WriteAsync(Encoding.UTF8.GetBytes(input));
            to.Close();
        }
        catch (IOException)
        {
            // a program that does not want its input may end before it was written
        }
    }
}
