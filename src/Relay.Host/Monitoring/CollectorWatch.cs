using Relay.Host.Running;
using Relay.Logging;

namespace Relay.Host.Monitoring;

/// <summary>
/// Sends a collector's requests and says in the log when it begins to fail and when it is well again, not for every
/// batch. Called by the exporter's thread.
/// </summary>
/// <param name="transport">Sends.</param>
/// <param name="log">Hears of it.</param>
/// <param name="what">The option that names the collector.</param>
internal sealed class CollectorWatch(HttpMessageHandler transport, IMailLog log, string what)
    : DelegatingHandler(transport)
{
    private int _isFailing;

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            HttpResponseMessage response = base.Send(request, cancellationToken);
            OnAnswer(request, response);
            return response;
        }
        catch (Exception exception)
        {
            OnFailure(request, exception);
            throw;
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
            if (IsGrpc(response))
            {
                await response.Content.LoadIntoBufferAsync(cancellationToken); // what became of a call stands behind it
            }

            OnAnswer(request, response);
            return response;
        }
        catch (Exception exception)
        {
            OnFailure(request, exception);
            throw;
        }
    }

    private void OnAnswer(HttpRequestMessage request, HttpResponseMessage response)
    {
        if (!response.IsSuccessStatusCode)
        {
            Fail(request, $"{(int)response.StatusCode} {response.ReasonPhrase}");
        }
        else if (IsGrpc(response) && GrpcField(response, "grpc-status") is not "0" and var status)
        {
            string message = Uri.UnescapeDataString(GrpcField(response, "grpc-message") ?? string.Empty);
            Fail(request, $"gRPC status {status ?? "missing"} {message}".TrimEnd());
        }
        else if (Interlocked.Exchange(ref _isFailing, 0) != 0)
        {
            log.WriteDaemon($"{what}: {request.RequestUri} takes what is pushed again");
        }
    }

    /// <summary>By plain HTTP a push is sent without waiting for a task; gRPC's never is (HTTP/2).</summary>
    private static bool IsGrpc(HttpResponseMessage response) =>
        response.Content.Headers.ContentType?.MediaType == "application/grpc";

    /// <summary>Behind the answer or, if there is none, in front.</summary>
    private static string? GrpcField(HttpResponseMessage response, string name) =>
        response.TrailingHeaders.TryGetValues(name, out IEnumerable<string>? values)
        || response.Headers.TryGetValues(name, out values)
            ? string.Concat(values)
            : null;

    private void OnFailure(HttpRequestMessage request, Exception exception) => Fail(
        request, exception is OperationCanceledException ? "no answer in time" : exception.Message);

    private void Fail(HttpRequestMessage request, string reason)
    {
        if (Interlocked.Exchange(ref _isFailing, 1) == 0)
        {
            log.WriteDaemon($"{what}: {request.RequestUri} does not take what is pushed: {reason}; it is tried on, "
                + "mail is not held up");
        }
    }
}
