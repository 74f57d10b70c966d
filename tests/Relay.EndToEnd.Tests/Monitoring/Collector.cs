using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Relay.EndToEnd.Tests.Monitoring;

/// <summary>A collector that takes OTLP over HTTP as protobuf, and keeps what it was given.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly Lock _lock = new();
    private readonly List<(string Path, byte[] Request)> _requests = [];

    private Collector()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _server = builder.Build();
        _server.Urls.Add("http://127.0.0.1:0");
        _server.MapPost("/{**path}", TakeAsync);
    }

    public string Url => _server.Services.GetRequiredService<IServer>().Features
        .Get<IServerAddressesFeature>()!.Addresses.Single();

    /// <summary>What it answers.</summary>
    public int Status { get; set; } = StatusCodes.Status200OK;

    public IReadOnlyList<PushedSpan> Spans => [.. Requests("/v1/traces").SelectMany(PushedSpan.Read)];

    public static async Task<Collector> StartAsync()
    {
        var collector = new Collector();
        await collector._server.StartAsync();
        return collector;
    }

    public IReadOnlyList<byte[]> Requests(string path)
    {
        lock (_lock)
        {
            return [.. _requests.Where(r => r.Path == path).Select(static r => r.Request)];
        }
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        Assert.Equal("application/x-protobuf", context.Request.ContentType);
        lock (_lock)
        {
            _requests.Add((context.Request.Path, body.ToArray()));
        }

        context.Response.StatusCode = Status;
    }
}
