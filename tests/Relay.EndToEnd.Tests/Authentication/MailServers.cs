namespace Relay.EndToEnd.Tests.Authentication;

/// <summary>
/// Debian's Dovecot, Postfix and haproxy in a root of their own (tests/get-mail-servers.sh), each with its
/// configuration in a folder of that root, run by chroot: as root only.
/// </summary>
internal sealed class MailServers : IAsyncDisposable
{
    private static readonly string Root = Path.Combine(Tool.Repository, "artifacts/mail/root");

    private readonly List<RunningProgram> _programs = [];

    public MailServers()
    {
        Assert.SkipUnless(Tool.IsRoot, "chroot needs root");
        Assert.SkipUnless(
            File.Exists(Path.Combine(Root, "../.complete")),
            "Dovecot, Postfix and haproxy are not unpacked (tests/get-mail-servers.sh does it)");
        Folder = Directory.CreateDirectory(Path.Combine(Root, "tmp", Path.GetRandomFileName())).FullName;
        Inside = $"/tmp/{Path.GetFileName(Folder)}";
    }

    /// <summary>The servers' folder, as this process sees it.</summary>
    public string Folder { get; }

    /// <summary>Dovecot's socket for mail servers.</summary>
    public string AuthSocket => Path.Combine(Folder, "auth");

    /// <summary>What Postfix has logged.</summary>
    public string PostfixLog =>
        File.Exists(Path.Combine(Folder, "log/postfix.log"))
            ? File.ReadAllText(Path.Combine(Folder, "log/postfix.log"))
            : string.Empty;

    private string Inside { get; }

    /// <summary>Dovecot with its authentication alone; waits until its socket is there.</summary>
    /// <param name="users">Lines of a passwd-file: <c>name:{PLAIN}password</c>.</param>
    public async Task StartDovecotAsync(params string[] users)
    {
        SetUsers(users);
        File.WriteAllText(Path.Combine(Folder, "dovecot.conf"), $$"""
            base_dir = {{Inside}}/run
            state_dir = {{Inside}}/state
            log_path = /dev/stderr
            protocols =
            ssl = no
            auth_mechanisms = plain login scram-sha-256
            disable_plaintext_auth = no
            auth_failure_delay = 0
            passdb {
              driver = passwd-file
              args = scheme=PLAIN username_format=%u {{Inside}}/users
            }
            userdb {
              driver = static
              args = uid=65534 gid=65534 home=/tmp
            }
            service auth {
              unix_listener {{Inside}}/auth {
                mode = 0666
              }
              user = root
            }
            """);
        RunningProgram dovecot = Start("/usr/sbin/dovecot", "-F", "-c", $"{Inside}/dovecot.conf");
        await Poll.UntilAsync(
            () => File.Exists(AuthSocket), TimeSpan.FromSeconds(60), () => $"Dovecot does not start\n{dovecot.Output}");
    }

    public void SetUsers(params string[] users) => File.WriteAllLines(Path.Combine(Folder, "users"), users);

    /// <summary>
    /// Postfix that takes mail only of who has authenticated, asks Dovecot, and drops what it has taken.
    /// </summary>
    /// <param name="port">Where it listens.</param>
    /// <param name="certificate">With it AUTH is for TLS alone: key and certificate in PEM.</param>
    public async Task StartPostfixAsync(int port, string certificate = "")
    {
        File.WriteAllText(Path.Combine(Folder, "postfix.pem"), certificate);
        string tls = certificate.Length > 0
            ? $"smtpd_tls_security_level = may\nsmtpd_tls_auth_only = yes\nsmtpd_tls_loglevel = 1\n"
                + $"smtpd_tls_chain_files = {Inside}/postfix.pem"
            : "smtpd_tls_security_level = none";
        File.WriteAllText(Path.Combine(Folder, "main.cf"), $"""
            compatibility_level = 3.6
            queue_directory = {Inside}/queue
            data_directory = {Inside}/data
            command_directory = /usr/sbin
            daemon_directory = /usr/lib/postfix/sbin
            mail_owner = postfix
            setgid_group = postdrop
            myhostname = next.example
            mydestination =
            mynetworks =
            inet_protocols = ipv4
            inet_interfaces = all
            disable_dns_lookups = yes
            smtp_host_lookup = native
            local_recipient_maps =
            alias_maps =
            alias_database =
            biff = no
            maillog_file = {Inside}/log/postfix.log
            maillog_file_prefixes = /tmp
            default_transport = discard:
            relay_transport = discard:
            smtpd_sasl_auth_enable = yes
            smtpd_sasl_type = dovecot
            smtpd_sasl_path = {Inside}/auth
            smtpd_sasl_security_options = noanonymous
            smtpd_relay_restrictions = permit_sasl_authenticated, reject
            smtpd_recipient_restrictions =
            {tls}
            smtpd_peername_lookup = no

            """);
        File.WriteAllText(Path.Combine(Folder, "master.cf"), $"""
            127.0.0.1:{port} inet n - n - - smtpd
            cleanup unix n - n - 0 cleanup
            qmgr unix n - n 300 1 qmgr
            rewrite unix - - n - - trivial-rewrite
            bounce unix - - n - 0 bounce
            defer unix - - n - 0 bounce
            trace unix - - n - 0 bounce
            error unix - - n - - error
            discard unix - - n - - discard
            proxymap unix - - n - - proxymap
            anvil unix - - n - 1 anvil
            tlsmgr unix - - n 1000? 1 tlsmgr
            postlog unix-dgram n - n - 1 postlogd

            """);
        string[] queue =
        [
            "pid", "private", "public", "maildrop", "incoming", "active", "defer", "deferred", "bounce", "flush", "hold",
            "corrupt", "saved", "trace",
        ];
        foreach (string folder in queue.Select(static name => $"queue/{name}").Concat(["log", "data"]))
        {
            Directory.CreateDirectory(Path.Combine(Folder, folder));
        }

        await Tool.RunAsync("/bin/chown", ["-R", "901:901", Path.Combine(Folder, "queue"), Path.Combine(Folder, "data")]);
        await Tool.RunAsync(
            "/bin/chown", ["0:0", Path.Combine(Folder, "queue"), Path.Combine(Folder, "queue/pid")]);
        RunningProgram postfix = Start("/usr/lib/postfix/sbin/master", "-d", "-c", Inside);
        await Poll.UntilAsync(
            () => PostfixLog.Contains("daemon started", StringComparison.Ordinal),
            TimeSpan.FromSeconds(60),
            () => $"Postfix does not start\n{postfix.Output}\n{PostfixLog}");
    }

    /// <summary>haproxy that hands connections on as they are, and says whose they are.</summary>
    /// <param name="option"><c>send-proxy</c>, <c>send-proxy-v2</c> …</param>
    /// <param name="certificate">With it haproxy ends TLS: certificate and key in PEM.</param>
    public async Task StartHaproxyAsync(int port, int relayPort, string option, string certificate = "")
    {
        File.WriteAllText(Path.Combine(Folder, "haproxy.pem"), certificate);
        string tls = certificate.Length > 0 ? $"ssl crt {Inside}/haproxy.pem" : string.Empty;
        File.WriteAllText(Path.Combine(Folder, "haproxy.cfg"), $"""
            global
              log stderr format raw daemon
            defaults
              mode tcp
              timeout connect 60s
              timeout client 60s
              timeout server 60s
            frontend smtp
              bind 127.0.0.1:{port} {tls}
              default_backend relay
            backend relay
              server relay 127.0.0.1:{relayPort} {option}

            """);
        RunningProgram haproxy = Start("/usr/sbin/haproxy", "-db", "-f", $"{Inside}/haproxy.cfg");
        await Poll.UntilAsync(
            () => IsListening(port), TimeSpan.FromSeconds(60), () => $"haproxy does not start\n{haproxy.Output}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (RunningProgram program in Enumerable.Reverse(_programs))
        {
            // Each takes its helpers with it; Dovecot waits for its clients, Postfix among them, to go first.
            await program.SignalAsync("TERM");
            await program.WaitForExitAsync();
            await program.DisposeAsync();
        }

        try
        {
            Directory.Delete(Folder, recursive: true);
        }
        catch (IOException)
        {
            // a helper may still be writing its last line; the folder is under artifacts
        }
    }

    private static bool IsListening(int port)
    {
        string wanted = $":{port:X4} ";
        return File.ReadLines("/proc/net/tcp")
            .Any(line => line.Contains(" 0A ", StringComparison.Ordinal) && line.Contains(wanted, StringComparison.Ordinal));
    }

    private RunningProgram Start(params string[] command)
    {
        RunningProgram program = RunningProgram.Start(Tool.Find("chroot")!, [Root, .. command]);
        _programs.Add(program);
        return program;
    }
}
