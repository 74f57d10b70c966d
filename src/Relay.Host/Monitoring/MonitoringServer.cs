using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Relay.Host.Monitoring;

/// <summary>
/// The HTTP listener: Kestrel without a host around it, with small limits. Requests run on the thread pool, never on
/// the threads that mail's sockets complete on.
/// </summary>
internal sealed class MonitoringServer : IHttpApplication<HttpContext>, IAsyncDisposable
{
    private const int ConnectionsMax = 64;
    private const int BodyMax = 4096;

    private readonly KestrelServer _server;
    private readonly ServiceProvider _services;
    private volatile MonitoringRequests _requests;

    private MonitoringServer(IPEndPoint endPoint, MonitoringRequests requests)
    {
        _requests = requests;
        _services = new ServiceCollection().AddLogging().BuildServiceProvider();
        var options = new KestrelServerOptions
        {
            AddServerHeader = false,
            ApplicationServices = _services,
        };
        options.Limits.MaxConcurrentConnections = ConnectionsMax;
        options.Limits.MaxRequestBodySize = BodyMax;
        options.Limits.MaxRequestHeadersTotalSize = 16 << 10;
        options.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(1);
        options.Listen(endPoint, static listen => listen.Protocols = HttpProtocols.Http1);
        _server = new KestrelServer(
            Microsoft.Extensions.Options.Options.Create(options),
            new SocketTransportFactory(Microsoft.Extensions.Options.Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance),
            NullLoggerFactory.Instance);
    }

    /// <summary>Where it listens; a port 0 has become a real one.</summary>
    public IPEndPoint EndPoint { get; private set; } = new(IPAddress.None, 0);

    /// <summary>What answers from the next request on.</summary>
    public MonitoringRequests Requests
    {
        set => _requests = value;
    }

    /// <exception cref="IOException">The address cannot be bound.</exception>
    public static async Task<MonitoringServer> StartAsync(IPEndPoint endPoint, MonitoringRequests requests)
    {
        var server = new MonitoringServer(endPoint, requests);
        try
        {
            await server._server.StartAsync(server, CancellationToken.None);
            string address = server._server.Features.Get<IServerAddressesFeature>()!.Addresses.First();
            server.EndPoint = new IPEndPoint(endPoint.Address, new Uri(address).Port);
            return server;
        }
        catch (Exception exception) when (exception is not IOException)
        {
            await server.DisposeAsync();
            throw new IOException($"http.endpoint {endPoint}: {exception.Message}", exception);
        }
        catch (IOException)
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public Task ProcessRequestAsync(HttpContext context) => _requests.AnswerAsync(context);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _server.StopAsync(patience.Token);
        _server.Dispose();
        await _services.DisposeAsync();
    }
}
