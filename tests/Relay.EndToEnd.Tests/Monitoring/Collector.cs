using System.Buffers.Binary;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Relay.EndToEnd.Tests.Monitoring;

/// <summary>A collector that takes OTLP as protobuf, over HTTP or by gRPC, and keeps what it was given.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly Lock _lock = new();
    private readonly List<(string Path, byte[] Request)> _requests = [];
    private TaskCompletionSource _came = NewSignal();

    private Collector(bool isGrpc)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(
            IPAddress.Loopback, 0, listen => listen.Protocols = isGrpc ? HttpProtocols.Http2 : HttpProtocols.Http1));
        _server = builder.Build();
        _server.MapPost("/{**path}", isGrpc ? TakeCallAsync : TakeAsync);
        MetricsPath = isGrpc ? "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export" : "/v1/metrics";
        TracesPath = isGrpc ? "/opentelemetry.proto.collector.trace.v1.TraceService/Export" : "/v1/traces";
    }

    public string MetricsPath { get; }

    public string TracesPath { get; }

    public string Url => _server.Services.GetRequiredService<IServer>().Features
        .Get<IServerAddressesFeature>()!.Addresses.Single();

    /// <summary>What it answers.</summary>
    public int Status { get; set; } = StatusCodes.Status200OK;

    /// <summary>What a call ends with.</summary>
    public (string Status, string Message) Trailers { get; set; } = ("0", string.Empty);

    public IReadOnlyList<PushedSpan> Spans => [.. Requests(TracesPath).SelectMany(PushedSpan.Read)];

    public static async Task<Collector> StartAsync(bool isGrpc = false)
    {
        var collector = new Collector(isGrpc);
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

    /// <summary>Waits until what has come is enough.</summary>
    public async Task WhenAsync(Func<Collector, bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            Task next;
            lock (_lock)
            {
                next = _came.Task;
            }

            if (condition(this))
            {
                return;
            }

            await next.WaitAsync(limit.Token);
        }
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        Assert.Equal("application/x-protobuf", context.Request.ContentType);
        Keep(context, body.ToArray());
        context.Response.StatusCode = Status;
    }

    /// <summary>
    /// gRPC over HTTP/2: a message has five octets before it, whether it is compressed and its length; what became of
    /// the call stands in the trailers.
    /// </summary>
    private async Task TakeCallAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        Assert.Equal("HTTP/2", context.Request.Protocol);
        Assert.Equal("application/grpc", context.Request.ContentType);
        Assert.Equal("trailers", context.Request.Headers.TE);
        byte[] frame = body.ToArray();
        Assert.Equal(0, frame[0]);
        Assert.Equal(frame.Length - 5, BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(1)));
        Keep(context, frame[5..]);
        context.Response.ContentType = "application/grpc";
        if (Trailers.Status == "0")
        {
            await context.Response.Body.WriteAsync(new byte[5]); // an answer without fields
        }

        context.Response.AppendTrailer("grpc-status", Trailers.Status);
        context.Response.AppendTrailer("grpc-message", Trailers.Message);
    }

    private void Keep(HttpContext context, byte[] request)
    {
        lock (_lock)
        {
            _requests.Add((context.Request.Path, request));
            _came.SetResult();
            _came = NewSignal();
        }
    }
}
