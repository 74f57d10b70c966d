using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Relay.Host.Admin;
using Relay.Logging.Tracing;
using Relay.Queue;

namespace Relay.Host.Monitoring;

/// <summary>What the page asks for, as JSON, and what it does for an administrator. Thread-safe.</summary>
internal sealed class PageApi(
    IMailQueue queue, QueueActions actions, ITraceSource? trace, PageSummary summary, AdminToken? token)
{
    private const string Json = "application/json; charset=utf-8";

    /// <summary>False if there is no such thing.</summary>
    public async Task<bool> TryAnswerAsync(HttpContext context, string path)
    {
        if (HttpMethods.IsPost(context.Request.Method))
        {
            return await TryActAsync(context, path);
        }

        IQueryCollection query = context.Request.Query;
        switch (path)
        {
            case "/api/summary":
                await WriteAsync(context, json => summary.Write(json, token is not null));
                return true;
            case "/api/queue":
                var search = new QueueSearch(query["text"].ToString(), query["state"].ToString());
                await WriteAsync(context, json => search.Write(queue, query["after"].ToString(), json));
                return true;
            case "/api/message":
                await MessageAsync(context, query["id"].ToString());
                return true;
            case "/api/trace":
                await WriteAsync(context, json => Trace(query["text"].ToString(), json));
                return true;
            default:
                return false;
        }
    }

    private async Task<bool> TryActAsync(HttpContext context, string path)
    {
        if (!await MayActAsync(context))
        {
            return true;
        }

        string text = context.Request.Query["id"].ToString();
        if (path == "/api/flush")
        {
            string destination = context.Request.Query["destination"].ToString();
            long count = await actions.FlushAsync(
                destination.Length == 0 ? null : destination, context.RequestAborted);
            await WriteAsync(context, json => Count(json, count));
            return true;
        }

        Func<QueueId, bool>? action = path switch
        {
            "/api/hold" => actions.Hold,
            "/api/release" => actions.Release,
            "/api/delete" => actions.Delete,
            "/api/attempt" => actions.Attempt,
            _ => null,
        };
        if (action is null)
        {
            return false;
        }

        if (!QueueId.TryParse(text, out QueueId id) || !action(id))
        {
            await MonitoringRequests.TextAsync(
                context, StatusCodes.Status404NotFound, "no such message in the queue, or it is not in that state\n");
            return true;
        }

        await WriteAsync(context, static json => Count(json, 1));
        return true;
    }

    /// <summary>
    /// The token comes in a header that a form or a link of another site cannot carry, and never in a cookie; what a
    /// browser says of the asking site is heeded besides.
    /// </summary>
    private async Task<bool> MayActAsync(HttpContext context)
    {
        const string Bearer = "Bearer ";
        if (token is null)
        {
            await MonitoringRequests.TextAsync(
                context, StatusCodes.Status403Forbidden, "read-only: no http.adminTokenFile is set\n");
            return false;
        }

        string authorization = context.Request.Headers.Authorization.ToString();
        string site = context.Request.Headers["Sec-Fetch-Site"].ToString();
        if (site is not ("" or "same-origin" or "none")
            || !authorization.StartsWith(Bearer, StringComparison.Ordinal)
            || !token.Matches(authorization.AsSpan(Bearer.Length)))
        {
            await MonitoringRequests.TextAsync(
                context, StatusCodes.Status401Unauthorized, "the administrator's token is wrong or missing\n");
            return false;
        }

        return true;
    }

    private async Task MessageAsync(HttpContext context, string text)
    {
        if (!QueueId.TryParse(text, out QueueId id) || !queue.TryGetInfo(id, out QueueEntryInfo info))
        {
            await MonitoringRequests.TextAsync(context, StatusCodes.Status404NotFound, "no such message\n");
            return;
        }

        await WriteAsync(context, json => WriteMessage(json, info));
    }

    private void WriteMessage(Utf8JsonWriter json, QueueEntryInfo info)
    {
        using QueuedMessage message = queue.CreateQueued();
        bool isReadable = QueueSearch.TryInspect(queue, info.Id, message);
        json.WriteStartObject();
        json.WritePropertyName("message");
        QueueReport.WriteMessage(json, info, isReadable ? message : null);
        json.WriteStartArray("recipients");
        for (int i = 0; isReadable && i < message.Envelope.RecipientCount; i++)
        {
            QueueReport.WriteRecipient(json, message, i);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void Trace(string text, Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (string line in trace is null ? [] : TraceInquiry.Find(trace, text))
        {
            json.WriteRawValue(Encoding.UTF8.GetBytes(line));
        }

        json.WriteEndArray();
    }

    private static void Count(Utf8JsonWriter json, long count)
    {
        json.WriteStartObject();
        json.WriteNumber("count", count);
        json.WriteEndObject();
    }

    private static Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(8192);
        using (var json = new Utf8JsonWriter(buffer))
        {
            write(json);
        }

        return MonitoringRequests.WriteAsync(context, Json, buffer.WrittenMemory);
    }
}
