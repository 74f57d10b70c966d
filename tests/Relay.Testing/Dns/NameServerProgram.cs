using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Relay.Testing.Dns;

/// <summary>
/// A name server of Debian's, run as a child process on an address of loopback and a free port, with its configuration
/// in a folder of its own. See tests/get-dns-servers.sh.
/// </summary>
public sealed class NameServerProgram : IAsyncDisposable
{
    private static readonly TimeSpan _deadline = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly string _folder;

    private NameServerProgram(Process process, IPEndPoint endPoint, string folder)
    {
        _process = process;
        _folder = folder;
        EndPoint = endPoint;
    }

    public IPEndPoint EndPoint { get; }

    public static bool IsThere(string program) => File.Exists(PathOf(program));

    /// <summary>nsd, authoritative: each zone by its name, in the form of RFC 1035 §5.</summary>
    public static Task<NameServerProgram> StartNsdAsync(params (string Name, string Text)[] zones) => StartAsync(
        "nsd",
        "nsd started",
        (folder, at) =>
        {
            var configuration = new StringBuilder();
            configuration.Append(
                $"server:\n ip-address: {at.Address}@{at.Port}\n port: {at.Port}\n username: \"\"\n"
                + $" zonesdir: \"{folder}\"\n database: \"\"\n pidfile: \"\"\n xfrdfile: \"{folder}/xfrd.state\"\n"
                + $" zonelistfile: \"{folder}/zone.list\"\n xfrdir: \"{folder}\"\n server-count: 1\n"
                + " rrl-ratelimit: 0\n verbosity: 1\n"
                + "remote-control:\n control-enable: no\n");
            foreach ((string name, string text) in zones)
            {
                File.WriteAllText(Path.Combine(folder, name + ".zone"), text);
                configuration.Append($"zone:\n name: \"{name}\"\n zonefile: \"{name}.zone\"\n");
            }

            File.WriteAllText(Path.Combine(folder, "nsd.conf"), configuration.ToString());
            return ["-d", "-c", Path.Combine(folder, "nsd.conf")];
        });

    /// <summary>unbound, recursive: each zone is asked of the server given.</summary>
    public static Task<NameServerProgram> StartUnboundAsync(
        params (string Zone, IPEndPoint Server)[] stubs) => StartAsync(
        "unbound",
        "start of service",
        (folder, at) =>
        {
            var configuration = new StringBuilder();
            configuration.Append(
                $"server:\n interface: {at.Address}@{at.Port}\n access-control: 127.0.0.0/8 allow\n username: \"\"\n"
                + $" chroot: \"\"\n directory: \"{folder}\"\n pidfile: \"\"\n use-syslog: no\n do-daemonize: no\n"
                + " verbosity: 1\n num-threads: 1\n do-ip6: no\n do-not-query-localhost: no\n"
                + " module-config: \"iterator\"\n local-zone: \"test.\" nodefault\n");
            foreach ((string zone, IPEndPoint server) in stubs)
            {
                configuration.Append(
                    $"stub-zone:\n name: \"{zone}\"\n stub-addr: {server.Address}@{server.Port}\n stub-prime: no\n");
            }

            File.WriteAllText(Path.Combine(folder, "unbound.conf"), configuration.ToString());
            return ["-d", "-d", "-c", Path.Combine(folder, "unbound.conf")];
        });

    /// <summary>dnsmasq with the lines given as its configuration.</summary>
    public static Task<NameServerProgram> StartDnsmasqAsync(params string[] lines) => StartAsync(
        "dnsmasq",
        "started, version",
        (folder, at) =>
        {
            string[] own =
            [
                $"listen-address={at.Address}", $"port={at.Port}", "bind-interfaces", "no-resolv", "no-hosts",
                "no-daemon", "log-facility=-", $"user={Environment.UserName}",
            ];
            string path = Path.Combine(folder, "dnsmasq.conf");
            File.WriteAllLines(path, own.Concat(lines));
            return ["--keep-in-foreground", "-C", path];
        });

    /// <summary>Ends the server: whoever asks it then finds nobody.</summary>
    public async Task StopAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static string PathOf(string program) => Path.Combine(Repository.Root, "artifacts/dns", program);

    private static async Task<NameServerProgram> StartAsync(
        string program, string startedLine, Func<string, IPEndPoint, string[]> configure)
    {
        string said = string.Empty;
        for (int attempt = 0; attempt < 5; attempt++)
        {
            string folder = Directory.CreateTempSubdirectory("relay-dns-").FullName;
            IPEndPoint at = FreeEndPoint();
            var start = new ProcessStartInfo(PathOf(program), configure(folder, at))
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            };
            Process process = Process.Start(start)!;
            process.OutputDataReceived += static (_, _) => { };
            process.BeginOutputReadLine();
            if (await SaysAsync(process, startedLine) is not { } problem)
            {
                return new NameServerProgram(process, at, folder);
            }

            said = problem; // most likely somebody took the port meanwhile
            process.Kill(entireProcessTree: true);
            process.Dispose();
            Directory.Delete(folder, recursive: true);
        }

        throw new InvalidOperationException($"{program} does not start: {said}");
    }

    /// <returns>Null once the line has come; otherwise what came instead.</returns>
    private static async Task<string?> SaysAsync(Process process, string wanted)
    {
        var said = new StringBuilder();
        using var deadline = new CancellationTokenSource(_deadline);
        while (await process.StandardError.ReadLineAsync(deadline.Token) is { } line)
        {
            if (line.Contains(wanted, StringComparison.Ordinal))
            {
                _ = DrainAsync(process.StandardError);
                return null;
            }

            said.AppendLine(line);
        }

        return said.ToString();
    }

    /// <summary>A server that cannot write its log would stop.</summary>
    private static async Task DrainAsync(StreamReader reader)
    {
        try
        {
            while (await reader.ReadLineAsync() is not null)
            {
                // not wanted
            }
        }
        catch (Exception exception) when (exception
            is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // ended
        }
    }

    private static IPEndPoint FreeEndPoint()
    {
        var address = new IPAddress([127, 0, 0, (byte)Random.Shared.Next(2, 250)]);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(address, 0));
        return (IPEndPoint)socket.LocalEndPoint!;
    }
}
