using Relay.Testing;

namespace Relay.EndToEnd.Tests.Monitoring;

/// <summary>
/// A relay whose log is a file with Sendmail's lines, and a next hop that takes all mail but that for bad@.
/// </summary>
internal sealed class LoggingRelay : IAsyncDisposable
{
    private readonly Workspace _workspace = new();
    private readonly ScriptedMailExchanger _nextHop = new(static line =>
        line.StartsWith("RCPT TO:<bad@", StringComparison.Ordinal) ? "550 5.1.1 No such mailbox" : null);

    public LoggingRelay(params string[] settings)
    {
        Directory.CreateDirectory(_workspace.PathOf("tables"));
        Directory.CreateDirectory(_workspace.PathOf("log"));
        Relay = new RelayUnderTest(_workspace, _nextHop.Port)
        {
            Settings =
            [
                $"tables.directory={_workspace.PathOf("tables")}",
                "log.format=sendmail", $"log.output={LogFile}", "log.events=stdout",
                "http.endpoint=127.0.0.1:0",
                .. settings,
            ],
        };
    }

    public RelayUnderTest Relay { get; }

    /// <summary>The name by which logwatch knows it on Debian.</summary>
    public string LogFile => _workspace.PathOf("log/mail.log");

    public string LogFolder => _workspace.PathOf("log");

    public string PathOf(string name) => _workspace.PathOf(name);

    public string Write(string name, string text) => _workspace.Write(name, text);

    /// <summary>Adds a user who may authenticate.</summary>
    public async Task AddUserAsync(string user, string password)
    {
        ToolResult added = await Tool.RunAsync(
            Tool.Relay, ["passwd", user, "--file", PathOf("tables/users"), "--iterations", "4096"], $"{password}\n");
        Assert.True(added.ExitCode == 0, added.ToString());
    }

    /// <summary>Hands a message over from the loopback address that may relay; gives its queue id.</summary>
    public async Task<string> SendAsync(string from, string to)
    {
        using Conversation client = await Conversation.BeginAsync(Relay.Port, "127.0.0.1");
        await client.SayAsync(null);
        await client.SayAsync("EHLO client.test");
        await client.SayAsync($"MAIL FROM:<{from}>");
        Assert.StartsWith("250", await client.SayAsync($"RCPT TO:<{to}>"), StringComparison.Ordinal);
        Assert.StartsWith("354", await client.SayAsync("DATA"), StringComparison.Ordinal);
        string answer = await client.SayAsync("Subject: x\r\nMessage-ID: <m@test>\r\n\r\nx\r\n.");
        Assert.StartsWith("250 2.0.0 ", answer, StringComparison.Ordinal);
        await client.SayAsync("QUIT");
        return answer.Split(' ')[2];
    }

    /// <summary>Waits until so many lines of the log hold a text.</summary>
    public Task WaitForAsync(string text, int count = 1) => Poll.UntilAsync(
        () => Log().Split('\n').Count(line => line.Contains(text, StringComparison.Ordinal)) >= count,
        TimeSpan.FromSeconds(90),
        () => $"no {count} lines with \"{text}\" in the log:\n{Log()}\n{Relay.Program.Output}");

    public string Log() => File.Exists(LogFile) ? File.ReadAllText(LogFile) : string.Empty;

    /// <summary>Where metrics, health and the page are.</summary>
    public async Task<Uri> HttpAsync()
    {
        string line = await Relay.Program.WaitForLineAsync("page on http://");
        string address = line[line.IndexOf("http://", StringComparison.Ordinal)..];
        return new Uri(address[..(address.LastIndexOf('/') + 1)]);
    }

    public async ValueTask DisposeAsync()
    {
        await Relay.DisposeAsync();
        await _nextHop.DisposeAsync();
        _workspace.Dispose();
    }
}
