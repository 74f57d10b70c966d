using System.Globalization;
using Microsoft.Playwright;
using Relay.EndToEnd.Tests;
using Relay.EndToEnd.Tests.Monitoring;
using Relay.Testing;

namespace Relay.Page.Tests;

/// <summary>
/// A relay with an administrator's token and mail in its queue, and a browser. One for all tests of a class; each
/// changes only mail of its own.
/// </summary>
public sealed class PageFixture : IAsyncLifetime
{
    public const string Token = "sixteen-characters-and-more";

    /// <summary>A reply that would run if it were taken for markup.</summary>
    public const string Hostile =
        "451 4.7.1 <script>window.owned=1</script><img src=x onerror=\"window.owned=2\">&lt;b&gt;later";

    private readonly Workspace _workspace = new();
    private readonly ScriptedMailExchanger _hostile = new(static line =>
        line.StartsWith("RCPT", StringComparison.Ordinal) ? Hostile : null);

    private readonly ScriptedMailExchanger _nextHop = new(static line =>
        line.StartsWith("RCPT TO:<late", StringComparison.Ordinal) ? "451 4.2.2 Mailbox full, try again later" : null);

    private RelayUnderTest? _relay;
    private Browser? _browser;

    public Uri Url { get; private set; } = new("about:blank");

    internal RelayUnderTest Relay => _relay!;

    public async ValueTask InitializeAsync()
    {
        if (Browser.Missing is not null)
        {
            return;
        }

        Task<Browser> browser = Browser.StartAsync();
        string token = _workspace.Write("token", Token + "\n");
        File.SetUnixFileMode(token, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        string port = _hostile.Port.ToString(CultureInfo.InvariantCulture);
        _workspace.Write("tables/mailertable", $"""
            down.example	relay:[127.0.0.1]:{Workspace.FreePort().ToString(CultureInfo.InvariantCulture)}
            hostile.example	relay:[127.0.0.1]:{port}

            """);
        _relay = new RelayUnderTest(_workspace, _nextHop.Port)
        {
            Settings =
            [
                "http.endpoint=127.0.0.1:0", $"http.adminTokenFile={token}",
                $"tables.directory={_workspace.PathOf("tables")}",
                "retry.initial=1h", "retry.maximum=2h",
            ],
        };
        await _relay.StartAsync();
        string line = await _relay.Program.WaitForLineAsync("page on http://");
        string address = line[line.IndexOf("http://", StringComparison.Ordinal)..];
        Url = new Uri(address[..(address.LastIndexOf('/') + 1)]);
        await FillAsync();
        _browser = await browser;
    }

    /// <summary>Opens the page; skips the test where there is no browser.</summary>
    public Task<IPage> OpenAsync(int width = 1280, int height = 900, bool dark = false)
    {
        Assert.SkipWhen(Browser.Missing is not null, Browser.Missing ?? string.Empty);
        return _browser!.OpenAsync(Url, width, height, dark);
    }

    /// <summary>The page, unlocked with the token as an administrator does it.</summary>
    public async Task<IPage> UnlockAsync(string token = Token)
    {
        IPage page = await OpenAsync();
        await page.ClickAsync("#unlock");
        await page.FillAsync("#token", token);
        await page.ClickAsync("#token-dialog button.primary");
        await page.Locator("body[data-admin=yes]").WaitForAsync();
        return page;
    }

    /// <summary>Hands a message over; gives its queue id.</summary>
    public async Task<string> SendAsync(string from, string to, string subject = "x")
    {
        using Conversation client = await Conversation.BeginAsync(Relay.Port, "127.0.0.1");
        await client.SayAsync(null);
        await client.SayAsync("EHLO client.test");
        Assert.StartsWith("250", await client.SayAsync($"MAIL FROM:<{from}>"), StringComparison.Ordinal);
        Assert.StartsWith("250", await client.SayAsync($"RCPT TO:<{to}>"), StringComparison.Ordinal);
        Assert.StartsWith("354", await client.SayAsync("DATA"), StringComparison.Ordinal);
        string answer = await client.SayAsync($"Subject: {subject}\r\nMessage-ID: <{subject}@test>\r\n\r\nx\r\n.");
        Assert.StartsWith("250 2.0.0 ", answer, StringComparison.Ordinal);
        await client.SayAsync("QUIT");
        return answer.Split(' ')[2];
    }

    /// <summary>Waits until the queue lists the message as deferred.</summary>
    public Task WaitDeferredAsync(string id) => Poll.UntilAsync(
        async () => (await Relay.QueueAsync("list", "--json")).Output.Split('\n').Any(line =>
            line.Contains(id, StringComparison.Ordinal) && line.Contains("deferred", StringComparison.Ordinal)),
        TimeSpan.FromSeconds(90),
        () => $"{id} is not deferred");

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        if (_relay is not null)
        {
            await _relay.DisposeAsync();
        }

        await _nextHop.DisposeAsync();
        await _hostile.DisposeAsync();
        _workspace.Dispose();
    }

    private async Task FillAsync()
    {
        for (int i = 0; i < 30; i++)
        {
            await SendAsync($"sender{i}@shop.example", $"reader{i}@example.org");
        }

        for (int i = 0; i < 4; i++)
        {
            await SendAsync("newsletter@shop.example", $"late{i}@example.org");
            await SendAsync("billing@shop.example", $"someone{i}@down.example");
        }

        await SendAsync("\"<img src=x onerror=window.owned=3>\"@shop.example", "someone@hostile.example", "<script>window.owned=4</script>");
    }
}
