using System.Globalization;

namespace Relay.EndToEnd.Tests.Seeds;

/// <summary>
/// A shell in which the how-tos' command lines can be typed: the real program under its old names, Debian's mail,
/// telnet, nc and netstat, and a folder that stands for /etc/mail. The relay's mail log is a file in Sendmail's format.
/// </summary>
internal sealed class SeedShell : IAsyncDisposable
{
    private static readonly string[] Names = ["sendmail", "mailq", "newaliases", "makemap", "relay"];

    private readonly Workspace _workspace = new();

    /// <param name="smartHost">Where mail goes.</param>
    /// <param name="more">Further members of the configuration, each with a comma in front.</param>
    public SeedShell(string smartHost = "smtp:[127.0.0.1]:9", string more = "")
    {
        Directory.CreateDirectory(Mail);
        Directory.CreateDirectory(PathOf("bin"));
        Directory.CreateDirectory(PathOf("drop"));
        foreach (string name in Names)
        {
            File.CreateSymbolicLink(PathOf($"bin/{name}"), Tool.Relay);
        }

        File.CreateSymbolicLink(PathOf("bin/m4"), Path.Combine(Tool.Repository, "packaging", "m4"));
        Port = Workspace.FreePort();
        _workspace.Write("relay.json", $$"""
            {
              "hostname": "ux-mail1.arkum.ch",
              "listeners": [ { "endpoint": "127.0.0.1:{{Port.ToString(CultureInfo.InvariantCulture)}}" } ],
              "queue": { "directory": "{{PathOf("queue")}}", "segmentSize": "4M" },
              "tables": { "directory": "{{Mail}}" },
              "admin": { "socket": "{{PathOf("admin.sock")}}" },
              "submission": { "socket": "{{PathOf("submission.sock")}}", "dropFolder": "{{PathOf("drop")}}" },
              "access": { "acceptUnresolvableDomains": true, "resolveClients": false },
              "log": { "format": "sendmail", "output": "{{MailLog}}" },
              "smartHost": "{{smartHost}}"{{more}}
            }
            """);
        _workspace.Write("mailrc", $"set sendmail={PathOf("bin/sendmail")}\n");
    }

    public int Port { get; }

    /// <summary>Stands for /etc/mail.</summary>
    public string Mail => _workspace.PathOf("mail");

    /// <summary>Stands for /var/log/maillog.</summary>
    public string MailLog => _workspace.PathOf("maillog");

    public string ConfigurationPath => _workspace.PathOf("relay.json");

    public RunningProgram? Program { get; private set; }

    public string PathOf(string name) => _workspace.PathOf(name);

    public string Write(string name, string text) => _workspace.Write(name, text);

    /// <summary>Skips the running test if a command is not unpacked.</summary>
    public static void Require(string command) => Assert.SkipUnless(
        File.Exists(Path.Combine(Commands, command)),
        $"{command} is not unpacked (tests/get-commands.sh artifacts/commands does it)");

    public async Task StartAsync(string? configuration = null, params string[] settings)
    {
        Program = RunningProgram.Start(
            Tool.Relay,
            [
                "serve", "--config", configuration ?? ConfigurationPath,
                .. settings.SelectMany(static s => (string[])["--set", s]),
            ]);
        await Program.WaitForLineAsync("Relay.Fast is running.");
    }

    /// <summary>Types a line; what it prints on both outputs is in <see cref="ToolResult.Output"/>.</summary>
    public Task<ToolResult> TypeAsync(string line) => Tool.RunAsync(
        "/usr/bin/env",
        [
            $"PATH={PathOf("bin")}:{Commands}:{Environment.GetEnvironmentVariable("PATH")}",
            $"RELAY_CONFIG={ConfigurationPath}", $"MAILRC={PathOf("mailrc")}", "LC_ALL=C",
            "/bin/sh", "-c", $"cd {_workspace.Root}\n{{ {line}\n}} 2>&1",
        ]);

    public async ValueTask DisposeAsync()
    {
        if (Program is not null)
        {
            await Program.DisposeAsync();
        }

        _workspace.Dispose();
    }

    private static string Commands => Path.Combine(Tool.Repository, "artifacts", "commands");
}
