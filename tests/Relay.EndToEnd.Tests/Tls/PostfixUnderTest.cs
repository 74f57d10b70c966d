using System.Globalization;

namespace Relay.EndToEnd.Tests.Tls;

/// <summary>
/// Debian's Postfix, run from where tests/get-postfix-tools.sh has unpacked it, on a configuration and a queue of its
/// own. It takes mail by STARTTLS only and sends it on by STARTTLS only, to a host whose certificate it verifies.
/// </summary>
internal sealed class PostfixUnderTest : IAsyncDisposable
{
    private static readonly string[] OwnDirectories =
    [
        "active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved", "trace",
    ];

    private static readonly string[] Services =
    [
        "cleanup unix n - n - 0 cleanup", "qmgr unix n - n 300 1 qmgr", "tlsmgr unix - - n 1000? 1 tlsmgr",
        "rewrite unix - - n - - trivial-rewrite", "bounce unix - - n - 0 bounce", "defer unix - - n - 0 bounce",
        "trace unix - - n - 0 bounce", "proxymap unix - - n - - proxymap", "smtp unix - - n - - smtp",
        "relay unix - - n - - smtp", "error unix - - n - - error", "retry unix - - n - - error",
        "anvil unix - - n - 1 anvil", "scache unix - - n - 1 scache", "postlog unix-dgram n - n - 1 postlogd",
    ];

    private readonly RunningProgram _program;
    private readonly string _log;

    private PostfixUnderTest(RunningProgram program, string log, int port)
    {
        _program = program;
        _log = log;
        Port = port;
    }

    public int Port { get; }

    public string Log => File.Exists(_log) ? File.ReadAllText(_log) : string.Empty;

    private static string Root => Path.Combine(Tool.Repository, "artifacts/postfix/root");

    private static string Master => Path.Combine(Root, "usr/lib/postfix/sbin/master");

    /// <summary>Skips the running test where Postfix cannot be run; says why.</summary>
    public static void Require()
    {
        Tool.Require(Master, "setsid", "chown");
        Assert.SkipUnless(Tool.IsRoot, "Postfix runs as root only");
        Assert.SkipWhen(FindOwner() is null, "no account that could own Postfix's queue");
    }

    /// <param name="workspace">For the queue.</param>
    /// <param name="certificate">Shown to clients, with its key behind it.</param>
    /// <param name="authority">Whom it trusts.</param>
    /// <param name="relayPort">Where <c>localhost</c> takes its mail.</param>
    public static async Task<PostfixUnderTest> StartAsync(
        Workspace workspace, string certificate, string authority, int relayPort)
    {
        int port = Workspace.FreePort();
        string folder = workspace.PathOf("postfix");
        string queue = Path.Combine(folder, "queue");
        string owner = FindOwner()!;
        workspace.Write("postfix/master.cf", string.Create(
            CultureInfo.InvariantCulture,
            $"127.0.0.1:{port} inet n - n - - smtpd\n{string.Join('\n', Services)}\n"));
        workspace.Write("postfix/main.cf", $"""
            compatibility_level = 3.6
            queue_directory = {queue}
            data_directory = {folder}/data
            command_directory = {Root}/usr/sbin
            daemon_directory = {Root}/usr/lib/postfix/sbin
            shlib_directory = no
            meta_directory = {folder}
            import_environment = MAIL_CONFIG={folder} LD_LIBRARY_PATH={Root}/usr/lib/postfix TZ LANG=C
            mail_owner = {owner}
            setgid_group = mail
            default_privs = nobody
            myhostname = postfix.test
            mydestination =
            alias_maps =
            alias_database =
            local_recipient_maps =
            inet_interfaces = 127.0.0.1
            inet_protocols = ipv4
            mynetworks = 127.0.0.0/8
            smtpd_relay_restrictions = permit_mynetworks, reject
            disable_dns_lookups = yes
            smtp_host_lookup = native
            relayhost = [localhost]:{relayPort}
            smtpd_tls_security_level = encrypt
            smtpd_tls_chain_files = {certificate}
            smtpd_tls_received_header = yes
            smtpd_tls_loglevel = 1
            smtp_tls_security_level = verify
            smtp_tls_CAfile = {authority}
            smtp_tls_loglevel = 1
            maillog_file = {folder}/maillog
            maillog_file_prefixes = {folder}
            """);
        File.SetUnixFileMode(workspace.Root, (UnixFileMode)0b111_101_101);
        Directory.CreateDirectory(Path.Combine(queue, "pid"));
        await MakeAsync(owner, OwnDirectories.Select(d => Path.Combine(queue, d)).Append($"{folder}/data"), 0b111_000_000);
        await MakeAsync($"{owner}:mail", [$"{queue}/maildrop", $"{queue}/public"], 0b111_011_000);
        // A process group of its own: its end is the end of all its processes.
        RunningProgram program = RunningProgram.Start(
            "/usr/bin/env",
            $"MAIL_CONFIG={folder}", $"LD_LIBRARY_PATH={Root}/usr/lib/postfix", Tool.Find("setsid")!, Master,
            "-c", folder, "-d");
        var postfix = new PostfixUnderTest(program, $"{folder}/maillog", port);
        await Poll.UntilAsync(
            () => postfix.Log.Contains("daemon started", StringComparison.Ordinal),
            TimeSpan.FromMinutes(1),
            () => $"Postfix did not start: {program.Output}\n{postfix.Log}");
        return postfix;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_program.HasExited)
        {
            await _program.SignalAsync("TERM");
            await _program.WaitForExitAsync();
        }

        await _program.DisposeAsync();
    }

    /// <summary>An account whose number nobody else has, and which is not the group's.</summary>
    private static string? FindOwner() => File.ReadLines("/etc/passwd")
        .Select(static line => line.Split(':')[0])
        .Intersect(["postfix", "irc", "list", "news", "uucp"])
        .FirstOrDefault();

    private static async Task MakeAsync(string owner, IEnumerable<string> paths, int mode)
    {
        foreach (string path in paths)
        {
            Directory.CreateDirectory(path);
            File.SetUnixFileMode(path, (UnixFileMode)mode);
            ToolResult result = await Tool.RunAsync("/bin/chown", [owner, path]);
            Assert.True(result.ExitCode == 0, result.ToString());
        }
    }
}
