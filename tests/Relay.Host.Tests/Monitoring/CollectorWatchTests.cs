using System.Net;
using System.Net.Http.Headers;
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

    [Theory]
    [InlineData("0", false, null)]
    [InlineData("0", true, null)]
    [InlineData("16", false, "gRPC status 16 who are you")]
    [InlineData("16", true, "gRPC status 16 who are you")]
    [InlineData(null, false, "gRPC status missing")]
    public async Task Of_a_gRPC_call_the_status_behind_the_answer_counts(string? status, bool isInFront, string? told)
    {
        var log = new DaemonLines();
        using var transport = new ScriptedTransport
        {
            Status = HttpStatusCode.OK,
            Adorn = response =>
            {
                response.Content.Headers.ContentType = new("application/grpc");
                if (status is not null)
                {
                    HttpResponseHeaders fields = isInFront ? response.Headers : response.TrailingHeaders;
                    fields.Add("grpc-status", status);
                    fields.Add("grpc-message", status == "0" ? string.Empty : "who%20are%20you");
                }
            },
        };
        using var client = new HttpClient(new CollectorWatch(transport, log, "otlp.traces"));
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://collector.test/");
        using HttpResponseMessage response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(told is null ? 0 : 1, log.Lines.Count);
        Assert.All(log.Lines, line => Assert.Contains($"is pushed: {told};", line, StringComparison.Ordinal));
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

        public Action<HttpResponseMessage>? Adorn { get; init; }

        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Status is { } status
                ? new HttpResponseMessage(status)
                : throw new HttpRequestException("the network is down");

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken) => Status is null
                ? Task.FromException<HttpResponseMessage>(new HttpRequestException("the network is down"))
                : Task.FromResult(Adorned(Send(request, cancellationToken)));

        private HttpResponseMessage Adorned(HttpResponseMessage response)
        {
            Adorn?.Invoke(response);
            return response;
        }
    }

    private sealed class DaemonLines : IMailLog
    {
        public List<string> Lines { get; } = [];

        public void Write(scoped in MailEvent mailEvent) => Lines.Add(Encoding.UTF8.GetString(mailEvent.Reply));
    }
}
