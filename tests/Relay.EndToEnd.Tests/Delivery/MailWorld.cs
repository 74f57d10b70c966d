using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Relay.EndToEnd.Tests.Monitoring;
using Relay.Testing;
using Relay.Testing.Dns;

namespace Relay.EndToEnd.Tests.Delivery;

/// <summary>
/// The real program between a client and mail hosts that it finds by the MX records of a real name server (nsd). The
/// hosts have addresses of their own on loopback and share one port. In the zone <c>test</c> <c>@1</c> stands for the
/// first host's address and so on, <c>@0</c> for one where nobody listens.
/// </summary>
internal sealed class MailWorld : IAsyncDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    private readonly Workspace _workspace = new();
    private readonly NameServerProgram _names;
    private readonly RunningProgram _program;
    private readonly string _configuration;
    private readonly int _port;

    private MailWorld(
        NameServerProgram names, ScriptedMailExchanger[] hosts, Workspace workspace, RunningProgram program, int port)
    {
        _names = names;
        Hosts = hosts;
        _workspace = workspace;
        _program = program;
        _configuration = workspace.PathOf("relay.json");
        _port = port;
    }

    public ScriptedMailExchanger[] Hosts { get; }

    public string Output => _program.Output;

    /// <param name="records">Of the zone <c>test</c>, one per line.</param>
    /// <param name="scripts">Of each host, as of <see cref="ScriptedMailExchanger"/>.</param>
    /// <param name="tables">Tables by name.</param>
    /// <param name="options">Further options, <c>key=value</c>.</param>
    public static async Task<MailWorld> StartAsync(
        string records,
        IReadOnlyList<Func<string, string?>?> scripts,
        IReadOnlyDictionary<string, string>? tables = null,
        params string[] options)
    {
        Assert.SkipUnless(NameServerProgram.IsThere("nsd"), "nsd is not unpacked (tests/get-dns-servers.sh does it)");
        (ScriptedMailExchanger[] hosts, string network) = Listen(scripts);
        NameServerProgram names = await NameServerProgram.StartNsdAsync((
            "test",
            "$TTL 300\n@ IN SOA ns admin 1 3600 600 86400 60\n@ IN NS ns\nns IN A 127.0.0.1\n"
            + records.Replace("@", network, StringComparison.Ordinal) + "\n"));
        var workspace = new Workspace();
        Directory.CreateDirectory(workspace.PathOf("tables"));
        foreach ((string name, string text) in tables ?? new Dictionary<string, string>())
        {
            workspace.Write($"tables/{name}", text);
        }

        string[] settings =
        [
            $"tables.directory={workspace.PathOf("tables")}", $"queue.directory={workspace.PathOf("queue")}",
            "queue.segmentSize=4M", $"admin.socket={workspace.PathOf("admin.sock")}", $"dns.servers={names.EndPoint}",
            "dns.timeout=20s", "dns.hostsFile=", "dns.resolvConf=",
            string.Create(CultureInfo.InvariantCulture, $"routes.port={hosts[0].Port}"),
            "access.acceptUnresolvableDomains=true", "access.resolveClients=false", "listeners[0].endpoint=127.0.0.1:0",
            .. options,
        ];
        string configuration = workspace.Write("relay.json", """{ "hostname": "relay.test" }""");
        RunningProgram program = RunningProgram.Start(
            Tool.Relay,
            ["serve", "--config", configuration, .. settings.SelectMany(static s => (string[])["--set", s])]);
        string line = await program.WaitForLineAsync("listening on 127.0.0.1:");
        string digits = line[(line.IndexOf("127.0.0.1:", StringComparison.Ordinal) + "127.0.0.1:".Length)..];
        int port = int.Parse(string.Concat(digits.TakeWhile(char.IsAsciiDigit)), CultureInfo.InvariantCulture);
        return new MailWorld(names, hosts, workspace, program, port);
    }

    /// <summary>Hands a message over; gives its queue id.</summary>
    public async Task<string> SendAsync(string sender, params string[] recipients)
    {
        using Conversation client = await Conversation.BeginAsync(_port, "127.0.0.1");
        await client.SayAsync(null);
        await client.SayAsync("EHLO client.test");
        Assert.StartsWith("250", await client.SayAsync($"MAIL FROM:<{sender}>"), StringComparison.Ordinal);
        foreach (string recipient in recipients)
        {
            Assert.StartsWith("250", await client.SayAsync($"RCPT TO:<{recipient}>"), StringComparison.Ordinal);
        }

        Assert.StartsWith("354", await client.SayAsync("DATA"), StringComparison.Ordinal);
        string answer = await client.SayAsync("Subject: the test\r\nMessage-ID: <m@test>\r\n\r\nx\r\n.");
        Assert.StartsWith("250 2.0.0 ", answer, StringComparison.Ordinal);
        await client.SayAsync("QUIT");
        return answer.Split(' ')[2];
    }

    /// <summary>The state of every recipient of a queued message; empty if it is gone.</summary>
    public async Task<Dictionary<string, string>> StatesAsync(string id)
    {
        ToolResult shown = await Tool.RunAsync(
            Tool.Relay,
            [
                "queue", "show", id, "--json", "--config", _configuration,
                "--admin-socket", _workspace.PathOf("admin.sock"),
            ]);
        Dictionary<string, string> states = [];
        foreach (string line in shown.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1))
        {
            using JsonDocument recipient = JsonDocument.Parse(line);
            states[recipient.RootElement.GetProperty("to").GetString()!] =
                recipient.RootElement.GetProperty("status").GetString()!;
        }

        return states;
    }

    /// <summary>The so manieth message at a host, awaited.</summary>
    public async Task<ReceivedMail> MailAtAsync(int host, int number = 1)
    {
        await Poll.UntilAsync(
            () => Hosts[host].Mails.Count >= number,
            Deadline,
            () => $"no mail {number} came to host {host}; the relay said:\n{Output}");
        return Hosts[host].Mails[number - 1];
    }

    /// <summary>Waits until nothing is queued any more, so that what did not come will not come.</summary>
    public Task DrainAsync() => Poll.UntilAsync(
        async () =>
        {
            ToolResult list = await Tool.RunAsync(
                Tool.Relay,
                [
                    "queue", "list", "--config", _configuration, "--admin-socket", _workspace.PathOf("admin.sock"),
                ]);
            return list.Output.StartsWith("Queue Empty", StringComparison.Ordinal);
        },
        Deadline,
        () => $"the queue does not get empty; the relay said:\n{Output}");

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        foreach (ScriptedMailExchanger host in Hosts)
        {
            await host.DisposeAsync();
        }

        await _names.DisposeAsync();
        _workspace.Dispose();
    }

    private static (ScriptedMailExchanger[] Hosts, string Network) Listen(
        IReadOnlyList<Func<string, string?>?> scripts)
    {
        while (true)
        {
            string network = string.Create(
                CultureInfo.InvariantCulture, $"127.{Random.Shared.Next(1, 255)}.{Random.Shared.Next(1, 255)}.");
            var hosts = new List<ScriptedMailExchanger>();
            try
            {
                foreach (Func<string, string?>? script in scripts)
                {
                    var address = IPAddress.Parse(
                        network + (hosts.Count + 1).ToString(CultureInfo.InvariantCulture));
                    int port = hosts.Count > 0 ? hosts[0].Port : 0;
                    hosts.Add(new ScriptedMailExchanger(
                        (_, line) => script?.Invoke(line), new IPEndPoint(address, port)));
                }

                return ([.. hosts], network);
            }
            catch (SocketException)
            {
                // Somebody has the port at one of the addresses: another one.
            }
        }
    }
}
