using System.Net;
using System.Text.Json;
using Relay.Host.Tests.Commands;

namespace Relay.Host.Tests.Monitoring;

/// <summary>The HTTP listener of the real program: what it serves, and what it refuses.</summary>
public sealed class MonitoringServerTests(MonitoredRelay relay) : IClassFixture<MonitoredRelay>
{
    [Fact]
    public async Task Metrics_are_scraped_as_text_and_follow_the_mail()
    {
        double before = await ValueAsync("relay_messages_received_total{outcome=\"accepted\"}");
        await relay.SendAsync("a@metrics.example", "b@metrics.example");

        Assert.Equal(before + 1, await ValueAsync("relay_messages_received_total{outcome=\"accepted\"}"));
        Assert.True(await ValueAsync("relay_replies_total{code=\"354\"}") >= 1);
        Assert.True(await ValueAsync("relay_replies_total{code=\"220\"}") >= 1);
        Assert.True(await ValueAsync("relay_queue_commit_duration_seconds_count") >= 1);
        Assert.True(await ValueAsync("relay_queue_accepted_total") >= 1);
        Assert.Equal(1, await ValueAsync("relay_queue_accepting"));
        using HttpResponseMessage answer = await relay.Http.GetAsync(new Uri("metrics", UriKind.Relative));
        Assert.Equal(
            "text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.GetValues("Content-Type").Single());
    }

    [Fact]
    public async Task Health_and_readiness_answer_ok_while_mail_is_taken()
    {
        Assert.Equal("ok\n", await relay.Http.GetStringAsync(new Uri("healthz", UriKind.Relative)));
        Assert.Equal("ok\n", await relay.Http.GetStringAsync(new Uri("readyz", UriKind.Relative)));
    }

    [Fact]
    public async Task The_page_is_served_with_a_policy_that_runs_nothing_but_its_own_script()
    {
        using HttpResponseMessage page = await relay.Http.GetAsync(new Uri("", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        string policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'; script-src 'self'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        string html = await page.Content.ReadAsStringAsync();
        Assert.DoesNotContain("onclick", html, StringComparison.Ordinal);
        Assert.DoesNotContain("http://", html, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", html, StringComparison.Ordinal);
        foreach (string asset in new[] { "page.css", "page.js", "icon.svg" })
        {
            Assert.NotEmpty(await relay.Http.GetStringAsync(new Uri(asset, UriKind.Relative)));
        }
    }

    [Fact]
    public async Task A_name_that_is_not_ours_is_answered_421_so_that_no_strange_site_reads_the_page()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("api/summary", UriKind.Relative));
        request.Headers.Host = "evil.example";
        using HttpResponseMessage answer = await relay.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.MisdirectedRequest, answer.StatusCode);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("wrong-token-of-sixteen-characters", null)]
    [InlineData(MonitoredRelay.Token, "cross-site")]
    [InlineData(MonitoredRelay.Token, "same-site")]
    public async Task Nothing_is_changed_without_the_token_or_for_another_site(string? token, string? site)
    {
        string id = await relay.SendAsync("a@csrf.example", "b@csrf.example");
        using HttpResponseMessage answer = await relay.PostAsync($"api/delete?id={id}", token, site);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal(id, (await relay.GetJsonAsync($"api/message?id={id}")).GetProperty("message").GetProperty("id").GetString());
    }

    [Fact]
    public async Task Changing_is_a_post_only()
    {
        using HttpResponseMessage answer = await relay.Http.GetAsync(new Uri("api/delete?id=x", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        using HttpResponseMessage post = await relay.PostAsync("metrics", MonitoredRelay.Token);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
    }

    [Fact]
    public async Task A_message_is_found_held_released_traced_and_deleted()
    {
        string id = await relay.SendAsync("sender@page.example", "recipient@page.example");
        await ActAsync("hold", id);
        JsonElement found = await relay.GetJsonAsync("api/queue?text=RECIPIENT@page&state=Held");
        Assert.Equal([id], found.GetProperty("rows").EnumerateArray().Select(static r => r.GetProperty("id").GetString()));
        Assert.Equal("held", found.GetProperty("rows")[0].GetProperty("state").GetString());
        await ActAsync("release", id);
        await ActAsync("delete", id);
        Assert.Empty((await relay.GetJsonAsync($"api/queue?text={id}")).GetProperty("rows").EnumerateArray());

        JsonElement events = await relay.GetJsonAsync($"api/trace?text={id}");
        string[] kinds = [.. events.EnumerateArray().Select(static e => e.GetProperty("event").GetString()!)];
        Assert.Contains("accepted", kinds); // where the next hop is known to be down, "deferred" may come first
        Assert.Equal(["held", "released", "deleted"], kinds.Where(static k => k is "held" or "released" or "deleted"));

        using HttpResponseMessage gone = await relay.PostAsync($"api/hold?id={id}", MonitoredRelay.Token);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task The_trace_command_prints_the_life_of_a_message_with_its_replies()
    {
        string id = await relay.SendAsync("a@trace.example", "b@trace.example");
        await relay.Process.WaitForLineAsync("to=<b@trace.example>");
        foreach (string inquiry in new[] { id, "b@trace.example", "A@TRACE.example" })
        {
            (int exitCode, string output) = await RelayProcess.RunAsync(relay.Folder, "trace", inquiry);
            Assert.Equal(0, exitCode);
            Assert.Contains(id, output, StringComparison.Ordinal);
            Assert.Contains("accepted", output, StringComparison.Ordinal);
            Assert.Contains("deferred", output, StringComparison.Ordinal);
            Assert.Contains("Connection refused", output, StringComparison.Ordinal);
        }

        (int none, string nothing) = await RelayProcess.RunAsync(relay.Folder, "trace", "nobody@trace.example");
        Assert.Equal(65, none);
        Assert.Contains("nothing remembered", nothing, StringComparison.Ordinal);
    }

    private async Task ActAsync(string action, string id)
    {
        using HttpResponseMessage answer = await relay.PostAsync(
            $"api/{action}?id={id}", MonitoredRelay.Token, "same-origin");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private async Task<double> ValueAsync(string series)
    {
        string text = await relay.Http.GetStringAsync(new Uri("metrics", UriKind.Relative));
        string? line = Array.Find(text.Split('\n'), l => l.StartsWith(series + " ", StringComparison.Ordinal));
        return line is null ? 0 : double.Parse(line.AsSpan(series.Length + 1));
    }
}
