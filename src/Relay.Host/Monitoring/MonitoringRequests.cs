using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Relay.Host.Monitoring;

/// <summary>
/// Answers HTTP requests: metrics, health, the page and what it asks for. Only GET and HEAD without the administrator's
/// token; what changes something is a POST with the token in a header of its own, which no other site can make a
/// browser send. Thread-safe.
/// </summary>
internal sealed class MonitoringRequests(
    Func<string> scrape, Health health, PageApi api, Func<string> hostName)
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public async Task AnswerAsync(HttpContext context)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = Policy;
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
        string path = context.Request.Path.Value ?? "/";
        bool reads = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);
        if (!reads && !(HttpMethods.IsPost(context.Request.Method) && path.StartsWith("/api/", StringComparison.Ordinal)))
        {
            headers.Allow = "GET, HEAD";
            await TextAsync(context, StatusCodes.Status405MethodNotAllowed, "method not allowed\n");
            return;
        }

        switch (path)
        {
            case "/metrics":
                await WriteAsync(context, PrometheusExporter.ContentType, Encoding.UTF8.GetBytes(scrape()));
                return;
            case "/healthz":
                await HealthAsync(context, health.ReasonsNotAlive());
                return;
            case "/readyz":
                await HealthAsync(context, health.ReasonsNotReady());
                return;
            default:
                break;
        }

        if (!IsOurName(context.Request.Host.Host))
        {
            // A page of a stranger whose name was made to lead here may not read ours.
            await TextAsync(context, StatusCodes.Status421MisdirectedRequest, "not a name of this relay\n");
        }
        else if (PageAssets.Find(path) is { } asset)
        {
            await WriteAsync(context, asset.ContentType, asset.Content);
        }
        else if (!path.StartsWith("/api/", StringComparison.Ordinal) || !await api.TryAnswerAsync(context, path))
        {
            await TextAsync(context, StatusCodes.Status404NotFound, "not found\n");
        }
    }

    internal static Task TextAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        return WriteAsync(context, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(text));
    }

    internal static async Task WriteAsync(HttpContext context, string contentType, ReadOnlyMemory<byte> content)
    {
        context.Response.ContentType = contentType;
        context.Response.ContentLength = content.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(content, context.RequestAborted);
        }
    }

    private static Task HealthAsync(HttpContext context, IReadOnlyList<string> reasons) => TextAsync(
        context,
        reasons.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable,
        reasons.Count == 0 ? "ok\n" : string.Join('\n', reasons) + "\n");

    private bool IsOurName(string host) =>
        IPAddress.TryParse(host.Trim('[', ']'), out _)
        || string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || string.Equals(host, hostName(), StringComparison.OrdinalIgnoreCase)
        || string.Equals(host, Environment.MachineName, StringComparison.OrdinalIgnoreCase);
}
