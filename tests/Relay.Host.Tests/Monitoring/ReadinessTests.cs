using System.Net;
using Relay.Host.Commands;
using Relay.Host.Tests.Commands;

namespace Relay.Host.Tests.Monitoring;

/// <summary>The HTTP listener of a relay that has no administrator's token, and what it says during a stop.</summary>
public sealed class ReadinessTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("relay-ready-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task While_a_stop_waits_for_a_transaction_it_is_503_and_stopping_but_alive()
    {
        await using RelayProcess relay = Start();
        int port = await relay.WaitForPortAsync();
        using HttpClient http = await HttpAsync(relay);
        await using SmtpDialogue dialogue = await SmtpDialogue.ConnectAsync(port);
        await dialogue.SayAsync("EHLO client.test");
        Assert.StartsWith("250", await dialogue.SayAsync("MAIL FROM:<a@b.example>"), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.OK, "ok\n"), await GetAsync(http, "readyz"));

        await relay.SignalAsync("TERM");
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        (HttpStatusCode Status, string Text) answer;
        do
        {
            deadline.Token.ThrowIfCancellationRequested();
            answer = await GetAsync(http, "readyz");
        }
        while (answer.Status == HttpStatusCode.OK); // until the signal has come through

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
        Assert.Contains("stopping\n", answer.Text, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.OK, "ok\n"), await GetAsync(http, "healthz"));
        await dialogue.SayAsync("QUIT");
        Assert.Equal(ExitCode.Ok, await relay.WaitForExitAsync());
    }

    [Fact]
    public async Task Without_a_token_the_page_reads_and_every_change_is_403()
    {
        await using RelayProcess relay = Start();
        using HttpClient http = await HttpAsync(relay);
        foreach (string action in new[] { "hold?id=x", "release?id=x", "delete?id=x", "flush" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"api/{action}", UriKind.Relative));
            request.Headers.Authorization = new("Bearer", "sixteen-characters-and-more");
            using HttpResponseMessage answer = await http.SendAsync(request);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
            Assert.StartsWith("read-only", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        (HttpStatusCode status, string summary) = await GetAsync(http, "api/summary");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("\"canChange\":false", summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_others_may_read_ends_the_start_with_its_name()
    {
        string token = Path.Combine(_folder.FullName, "token");
        await File.WriteAllTextAsync(token, "sixteen-characters-and-more");
        File.SetUnixFileMode(token, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        await using RelayProcess relay = Start("--set", $"http.adminTokenFile={token}");
        Assert.NotEqual(ExitCode.Ok, await relay.WaitForExitAsync());
        Assert.Contains($"{token}: others may read it; expected mode 0600", relay.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("sixteen", relay.Output, StringComparison.Ordinal);
    }

    private RelayProcess Start(params string[] more) => RelayProcess.Start(
        _folder.FullName, [
            "serve", "--listen", "127.0.0.1:0", "--hostname", "relay.test", "--queue", "memory",
            "--set", "http.endpoint=127.0.0.1:0", "--set", "access.acceptUnresolvableDomains=true",
            "--set", "access.resolveClients=false", "--set", "smartHost=smtp:[127.0.0.1]:1", .. more,
        ]);

    private static async Task<HttpClient> HttpAsync(RelayProcess relay)
    {
        string line = await relay.WaitForLineAsync("page on http://");
        string address = line[line.IndexOf("http://", StringComparison.Ordinal)..].TrimEnd('"');
        return new HttpClient { BaseAddress = new Uri(address), Timeout = TimeSpan.FromSeconds(60) };
    }

    private static async Task<(HttpStatusCode Status, string Text)> GetAsync(HttpClient http, string path)
    {
        using HttpResponseMessage answer = await http.GetAsync(new Uri(path, UriKind.Relative));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
