using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using Relay.Testing;

namespace Relay.EndToEnd.Tests.Seeds;

/// <summary>
/// What a seed describes, on loopback: its tables in a folder that stands for /etc/mail, its DNS, its mail hosts on
/// addresses of their own and one port, and the real program on its configuration. Addresses 192.168.x.y of the seeds
/// are 127.168.x.y here, and 128.32.x.y are 127.32.x.y.
/// </summary>
internal sealed class SeedWorld : IAsyncDisposable
{
    /// <summary>Who speaks for clients of addresses that this machine does not have.</summary>
    private const string Proxy = "127.0.0.200";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    /// <summary>No two worlds have hosts on one port, also if the first has none yet.</summary>
    private static readonly ConcurrentDictionary<int, byte> PortsTaken = new();

    private readonly Workspace _workspace = new();
    private readonly List<ScriptedMailExchanger> _hosts = [];
    private RunningProgram? _program;

    public SeedWorld()
    {
        Directory.CreateDirectory(Mail);
        Names.Add("sender.example MX 10 mx.sender.example", "mx.sender.example A 127.0.0.9");
    }

    public SeedNames Names { get; } = new();

    /// <summary>The port of all mail hosts.</summary>
    public int MailPort { get; } = TakePort();

    public int Port { get; private set; }

    public RunningProgram Program => _program!;

    /// <summary>The folder that stands for /etc/mail.</summary>
    public string Mail => _workspace.PathOf("mail");

    public string ConfigurationPath => _workspace.PathOf("relay.json");

    /// <summary>Writes a table as the seed prints it.</summary>
    public string Table(string name, string text) => _workspace.Write($"mail/{name}", text);

    /// <summary>A mail host; <paramref name="script"/> as of <see cref="ScriptedMailExchanger"/>.</summary>
    public ScriptedMailExchanger Host(string address, Func<string, string?>? script = null)
    {
        var host = new ScriptedMailExchanger(
            (_, line) => script?.Invoke(line), new IPEndPoint(IPAddress.Parse(address), MailPort));
        _hosts.Add(host);
        return host;
    }

    /// <summary>Serves a configuration of options alone.</summary>
    /// <param name="hostName">The relay's own name.</param>
    /// <param name="options">Further options, <c>key=value</c>.</param>
    public Task ServeAsync(string hostName, params string[] options)
    {
        _workspace.Write("relay.json", $$"""{ "hostname": "{{hostName}}" }""");
        return StartAsync(["--listen", "127.0.0.1:0", .. SetAll(options)]);
    }

    /// <summary>Tries to serve a configuration that is refused (78, EX_CONFIG); returns what was said.</summary>
    public async Task<string> FailToServeAsync(string hostName)
    {
        _workspace.Write("relay.json", $$"""{ "hostname": "{{hostName}}" }""");
        ToolResult serve = await Tool.RunAsync(
            Tool.Relay, ["serve", "--config", ConfigurationPath, .. Own(), "--listen", "127.0.0.1:0"]);
        Assert.True(serve.ExitCode == 78, serve.ToString());
        return serve.Output + serve.Error;
    }

    /// <summary>
    /// Serves what <c>relay import</c> makes of a Sendmail configuration, on a loopback port of its own; returns what
    /// the import reported.
    /// </summary>
    public async Task<string> ServeImportedAsync(string file, string text, string hostName, params string[] options)
    {
        string report = await ImportAsync(file, text);
        string json = await File.ReadAllTextAsync(ConfigurationPath);
        Assert.Contains("\"0.0.0.0:25\"", json, StringComparison.Ordinal);
        _workspace.Write("relay.json", json.Replace("\"0.0.0.0:25\"", "\"127.0.0.1:0\"", StringComparison.Ordinal));
        await StartAsync([.. SetAll([$"hostname={hostName}", .. options])]);
        return report;
    }

    /// <summary>Writes relay.json and returns what was reported besides.</summary>
    public async Task<string> ImportAsync(string file, string text)
    {
        string source = _workspace.Write(file, text);
        ToolResult import = await Tool.RunAsync(Tool.Relay, ["import", source, "--output", ConfigurationPath]);
        Assert.True(import.ExitCode == 0, import.ToString());
        return import.Output + import.Error;
    }

    /// <summary>Runs <c>relay check</c> over the same configuration and tables; returns all that it printed.</summary>
    public async Task<string> CheckAsync(int exitCode = 0, params string[] options)
    {
        if (!File.Exists(ConfigurationPath))
        {
            _workspace.Write("relay.json", """{ "hostname": "relay.example" }""");
        }

        ToolResult check = await Tool.RunAsync(
            Tool.Relay, ["check", "--config", ConfigurationPath, .. Own(), .. SetAll(options)]);
        Assert.True(check.ExitCode == exitCode, check.ToString());
        return check.Output + check.Error;
    }

    public Task<ToolResult> QueueAsync(params string[] arguments) => Tool.RunAsync(
        Tool.Relay,
        ["queue", .. arguments, "--config", ConfigurationPath, "--admin-socket", _workspace.PathOf("admin.sock")]);

    /// <summary>A client that has said EHLO, from the address.</summary>
    public async Task<SeedClient> ConnectAsync(
        string from, string? hello = "client.example", string? tooEarly = null, string? login = null)
    {
        if (from.StartsWith("127.", StringComparison.Ordinal) && login is null)
        {
            return await SeedClient.ConnectAsync(Port, from, hello, tooEarly);
        }

        SeedClient client = await SeedClient.ConnectAsync(Port, Proxy, hello: null);
        await client.BecomeAsync(from, hello, login);
        return client;
    }

    /// <summary>The first refusal that a client hears, else the reply to its RCPT.</summary>
    public async Task<string> OfferAsync(string from, string sender, string recipient)
    {
        await using SeedClient client = await ConnectAsync(from);
        return client.Greeting[0] == '2' ? await client.OfferAsync(sender, recipient) : client.Greeting;
    }

    /// <summary>What one client, who hangs up then, is told at RCPT.</summary>
    public async Task<string> AskAsync(string from, string recipient, string sender = "someone@sender.example")
    {
        await using SeedClient client = await ConnectAsync(from);
        return await client.AddressAsync(sender, recipient);
    }

    /// <summary>Hands one message over from the client's address.</summary>
    public async Task SendAsync(string from, params string[] recipients)
    {
        await using SeedClient client = await ConnectAsync(from);
        await client.SendAsync("someone@sender.example", recipients);
    }

    /// <summary>The only message at the host, awaited.</summary>
    public async Task<ReceivedMail> MailAtAsync(ScriptedMailExchanger host)
    {
        await Poll.UntilAsync(
            () => host.Mails.Count > 0, Deadline, () => $"no mail came; the relay said:\n{Program.Output}");
        return Assert.Single(host.Mails);
    }

    /// <summary>The recipients at the host, sorted, once there are so many.</summary>
    public async Task<string[]> RecipientsAtAsync(ScriptedMailExchanger host, int count)
    {
        string[] Recipients() =>
            [.. host.Mails.SelectMany(static m => m.Recipients).Select(AddressOf).Order(StringComparer.Ordinal)];
        await Poll.UntilAsync(
            () => Recipients().Length >= count,
            Deadline,
            () => $"only {string.Join(' ', Recipients())} came; the relay said:\n{Program.Output}");
        return Recipients();
    }

    /// <summary>Waits until nothing is queued any more, so that what did not come will not come.</summary>
    public Task DrainAsync() => Poll.UntilAsync(
        async () => (await QueueAsync("list")).Output.StartsWith("Queue Empty", StringComparison.Ordinal),
        Deadline,
        () => $"the queue does not get empty; the relay said:\n{Program.Output}");

    /// <summary>The address in <c>RCPT TO:&lt;…&gt; …</c> or <c>MAIL FROM:&lt;…&gt; …</c>.</summary>
    public static string AddressOf(string command) =>
        command[(command.IndexOf('<', StringComparison.Ordinal) + 1)..command.IndexOf('>', StringComparison.Ordinal)];

    public static string TextOf(ReceivedMail mail) => Encoding.Latin1.GetString(mail.Wire);

    public async ValueTask DisposeAsync()
    {
        if (_program is not null)
        {
            await _program.DisposeAsync();
        }

        foreach (ScriptedMailExchanger host in _hosts)
        {
            await host.DisposeAsync();
        }

        await Names.DisposeAsync();
        _workspace.Dispose();
    }

    private static int TakePort()
    {
        int port;
        do
        {
            port = Workspace.FreePort("127.0.0.11");
        }
        while (!PortsTaken.TryAdd(port, 0));
        return port;
    }

    private static IEnumerable<string> SetAll(IEnumerable<string> options) =>
        options.SelectMany(static option => (string[])["--set", option]);

    private async Task StartAsync(string[] arguments)
    {
        _program = RunningProgram.Start(Tool.Relay, ["serve", "--config", ConfigurationPath, .. Own(), .. arguments]);
        string line = await _program.WaitForLineAsync("listening on 127.0.0.1:");
        string digits = line[(line.IndexOf("127.0.0.1:", StringComparison.Ordinal) + "127.0.0.1:".Length)..];
        Port = int.Parse(string.Concat(digits.TakeWhile(char.IsAsciiDigit)), CultureInfo.InvariantCulture);
    }

    /// <summary>What belongs to the machine, not to the seed.</summary>
    private IEnumerable<string> Own() => SetAll(
    [
        $"tables.directory={Mail}", $"queue.directory={_workspace.PathOf("queue")}", "queue.segmentSize=4M",
        $"admin.socket={_workspace.PathOf("admin.sock")}", $"dns.servers={Names.EndPoint}", "dns.hostsFile=",
        "dns.resolvConf=", "dns.timeout=60s", // the name server is in the test program, which may be kept waiting
        string.Create(CultureInfo.InvariantCulture, $"routes.port={MailPort}"),
        "retry.initial=1s", "retry.maximum=2s", $"server.xclientHosts={Proxy}",
    ]);
}
