using System.Net;
using System.Text;
using Relay.Host.Monitoring;
using Relay.Logging;

namespace Relay.Host.Tests.Monitoring;

public sealed class CollectorWatchTests
{
    [Fact]
    public async Task A_failing_collector_is_told_of_once_and_so_is_its_recovery()
    {
        var log = new DaemonLines();
        using var transport = new ScriptedTransport();
        using var client = new HttpClient(new CollectorWatch(transport, log, "otlp.traces"));
        await PushAsync(client, transport, HttpStatusCode.OK);
        Assert.Empty(log.Lines);
        await PushAsync(client, transport, HttpStatusCode.ServiceUnavailable);
        await PushAsync(client, transport, null);
        await PushAsync(client, transport, HttpStatusCode.Unauthorized);
        string told = Assert.Single(log.Lines);
        Assert.StartsWith(
            "otlp.traces: http://collector.test/v1/traces does not take what is pushed: 503 Service Unavailable", told,
            StringComparison.Ordinal);
        await PushAsync(client, transport, HttpStatusCode.OK);
        await PushAsync(client, transport, HttpStatusCode.OK);
        Assert.Equal("otlp.traces: http://collector.test/v1/traces takes what is pushed again", log.Lines[^1]);
        Assert.Equal(2, log.Lines.Count);
        await PushAsync(client, transport, null);
        Assert.Equal(3, log.Lines.Count);
        Assert.Contains("the network is down", log.Lines[^1], StringComparison.Ordinal);
    }

    /// <param name="status">Null: no answer.</param>
    private static async Task PushAsync(HttpClient client, ScriptedTransport transport, HttpStatusCode? status)
    {
        transport.Status = status;
        using var one = new HttpRequestMessage(HttpMethod.Post, "http://collector.test/v1/traces");
        using var other = new HttpRequestMessage(HttpMethod.Post, "http://collector.test/v1/traces");
        if (status is null)
        {
            Assert.Throws<HttpRequestException>(() => client.Send(one));
            await Assert.ThrowsAsync<HttpRequestException>(() => client.SendAsync(other));
            return;
        }

        using HttpResponseMessage first = client.Send(one);
        using HttpResponseMessage second = await client.SendAsync(other);
        Assert.Equal(status, second.StatusCode);
    }

    private sealed class ScriptedTransport : HttpMessageHandler
    {
        public HttpStatusCode? Status { get; set; }

        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Status is { } status
                ? new HttpResponseMessage(status)
                : throw new HttpRequestException("the network is down");

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken) => Status is null
                ? Task.FromException<HttpResponseMessage>(new HttpRequestException("the network is down"))
                : Task.FromResult(Send(request, cancellationToken));
    }

    private sealed class DaemonLines : IMailLog
    {
        public List<string> Lines { get; } = [];

        public void Write(scoped in MailEvent mailEvent) => Lines.Add(Encoding.UTF8.GetString(mailEvent.Reply));
    }
}
