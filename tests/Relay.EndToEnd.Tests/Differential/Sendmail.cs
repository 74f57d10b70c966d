using System.Net;
using System.Net.Sockets;

namespace Relay.EndToEnd.Tests.Differential;

/// <summary>
/// Debian's Sendmail on a scenario, in a root of its own (tests/get-sendmail.sh) that has no users, no other mailer and
/// no name server but the <see cref="ZoneServer"/>. Its queue lies in that root and is never run.
/// </summary>
internal sealed class Sendmail : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);

    private static readonly string Folder = Path.Combine(Tool.Repository, "artifacts/sendmail");

    private readonly string _folder;
    private readonly RunningProgram _program;

    private Sendmail(string folder, RunningProgram program, Asker asker)
    {
        _folder = folder;
        _program = program;
        Asker = asker;
    }

    public static string Root { get; } = Path.Combine(Folder, "root");

    public Asker Asker { get; }

    /// <summary>Skips the running test, saying why, where Sendmail cannot be run.</summary>
    public static void Require()
    {
        Assert.SkipUnless(
            File.Exists(Path.Combine(Folder, ".complete")), "artifacts/sendmail is not there (tests/get-sendmail.sh)");
        Assert.SkipUnless(Tool.IsRoot, "Sendmail is run by chroot, which needs root");
        Assert.SkipUnless(Tool.Find("chroot") is not null, "chroot is not installed");
    }

    /// <summary>Gives the root our name server, and the machine's name the one that it has in all scenarios.</summary>
    public static void UseNameServer(IPAddress server)
    {
        string machine = Environment.MachineName.ToLowerInvariant();
        Write("resolv.conf", $"nameserver {server}\noptions timeout:30 attempts:2\n");
        Write("hosts", $"127.0.0.1 localhost\n127.0.1.1 mail1.koo.fi {machine}\n");
        Write("nsswitch.conf", "hosts: files dns\npasswd: files\ngroup: files\n");
        Write("service.switch", "hosts dns\naliases files\npasswd files\n");

        static void Write(string file, string text) => File.WriteAllText(Path.Combine(Root, "etc", file), text);
    }

    public static async Task<Sendmail> StartAsync(Scenario scenario)
    {
        string folder = Directory.CreateDirectory(
            Path.Combine(Root, "scenarios", $"{scenario.Name}-{Guid.NewGuid():N}")).FullName;
        string inside = folder[Root.Length..];
        Directory.CreateDirectory(
            Path.Combine(folder, "queue"),
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        scenario.CopyTables(folder, inside, withRefusedLines: true);

        var v4 = new IPEndPoint(IPAddress.Parse("127.77.0.1"), Workspace.FreePort("127.77.0.1"));
        var v6 = new IPEndPoint(IPAddress.IPv6Loopback, Workspace.FreePort("::1"));
        await File.WriteAllTextAsync(
            Path.Combine(folder, "sendmail.mc"), Configuration(scenario.Read("features.mc", inside), inside, v4, v6));
        ToolResult made = await Tool.RunAsync(Path.Combine(Folder, "m4"), [Path.Combine(folder, "sendmail.mc")]);
        Assert.True(made.ExitCode == 0 && made.Output.Length > 0, $"m4 of {scenario.Name}: {made}");
        await File.WriteAllTextAsync(Path.Combine(folder, "sendmail.cf"), made.Output);

        foreach (string map in Scenario.Maps)
        {
            // 65: a line of the table is wrong; the others are stored, which is Sendmail's behaviour to be compared.
            ToolResult map1 = await RunAsync(
                await File.ReadAllTextAsync(Path.Combine(folder, map)),
                "/usr/libexec/sendmail/makemap", "-C", $"{inside}/sendmail.cf", "hash", $"{inside}/{map}");
            Assert.True(map1.ExitCode is 0 or 65, $"makemap of {scenario.Name}/{map}: {map1}");
        }

        await RunAsync(string.Empty, "/usr/libexec/sendmail/sendmail", "-C", $"{inside}/sendmail.cf", "-bi");
        RunningProgram program = RunningProgram.Start(
            Tool.Find("chroot")!, Root, "/usr/libexec/sendmail/sendmail", "-C", $"{inside}/sendmail.cf", "-bD");
        await Poll.UntilAsync(
            () => program.HasExited || Listens(v4),
            StartDeadline,
            () => $"sendmail does not listen on {v4}; it printed:\n{program.Output}");
        Assert.False(program.HasExited, $"sendmail ended: {program.Output}");
        return new Sendmail(folder, program, new Asker(v4, v6));
    }

    /// <summary>What <c>sendmail -bv</c> prints for the address.</summary>
    public async Task<string> VerifyAsync(string address)
    {
        ToolResult told = await RunAsync(
            string.Empty,
            "/usr/libexec/sendmail/sendmail", "-C", $"{_folder[Root.Length..]}/sendmail.cf", "-bv", address);
        return told.Output;
    }

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static Task<ToolResult> RunAsync(string input, params string[] command) =>
        Tool.RunAsync(Tool.Find("chroot")!, [Root, .. command], input);

    private static bool Listens(IPEndPoint at)
    {
        using var socket = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(at);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>
    /// The scenario's features between what every one needs. Nothing
    /// is delivered (delivery mode q, no queue runs).
    /// </summary>
    private static string Configuration(string features, string folder, IPEndPoint v4, IPEndPoint v6) => $"""
        divert(0)dnl
        OSTYPE(linux)dnl
        define(`confDOMAIN_NAME',`mail1.koo.fi')dnl
        define(`confCW_FILE',`-o {folder}/local-host-names')dnl
        define(`confCR_FILE',`-o {folder}/relay-domains')dnl
        define(`ALIAS_FILE',`{folder}/aliases')dnl
        define(`QUEUE_DIR',`{folder}/queue')dnl
        define(`STATUS_FILE',`')dnl
        define(`confPID_FILE',`{folder}/pid')dnl
        define(`confTO_IDENT',`0')dnl
        define(`confDELIVERY_MODE',`q')dnl
        define(`confSERVICE_SWITCH_FILE',`/etc/service.switch')dnl
        define(`confREFUSE_LA',`1000')dnl
        define(`confDELAY_LA',`0')dnl
        FEATURE(`no_default_msa')dnl
        {features.TrimEnd('\n')}
        MAILER(local)dnl
        MAILER(smtp)dnl
        DAEMON_OPTIONS(`Port={v4.Port}, Addr={v4.Address}, Name=MTA')dnl
        DAEMON_OPTIONS(`Port={v6.Port}, Addr={v6.Address}, Family=inet6, Name=MTA6, M=O')dnl

        """;
}
