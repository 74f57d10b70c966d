using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Relay.Server.Listening;

/// <summary>
/// Makes the socket transport with a memory pool of our own. The transport takes its pool only from the services that
/// <c>UseSockets</c> registers, so this stands in for the web host's builder and keeps nothing of it but the services.
/// </summary>
internal sealed class TransportServices : IWebHostBuilder
{
    private readonly ServiceCollection _services = [];

    /// <returns>The transport; with its memory from <paramref name="memory"/>.</returns>
    public static SocketTransportFactory CreateTransport(
        Action<SocketTransportOptions> configure,
        IMemoryPoolFactory<byte> memory,
        ILoggerFactory loggers)
    {
        var builder = new TransportServices();
        builder._services.AddSingleton(memory).AddSingleton(loggers);
        builder.UseSockets(configure);
        using ServiceProvider services = builder._services.BuildServiceProvider();
        return (SocketTransportFactory)services.GetRequiredService<IConnectionListenerFactory>();
    }

    public IWebHostBuilder ConfigureServices(Action<IServiceCollection> configureServices)
    {
        configureServices(_services);
        return this;
    }

    public IWebHostBuilder ConfigureServices(Action<WebHostBuilderContext, IServiceCollection> configureServices) =>
        throw new NotSupportedException();

    public IWebHostBuilder ConfigureAppConfiguration(
        Action<WebHostBuilderContext, IConfigurationBuilder> configureDelegate) => throw new NotSupportedException();

#pragma warning disable ASPDEPR008 // the interface asks for it; nobody calls it
    public IWebHost Build() => throw new NotSupportedException();
#pragma warning restore ASPDEPR008

    public string? GetSetting(string key) => null;

    public IWebHostBuilder UseSetting(string key, string? value) => this;
}
