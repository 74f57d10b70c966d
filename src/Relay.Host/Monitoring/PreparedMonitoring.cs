using Relay.Host.Options;

namespace Relay.Host.Monitoring;

/// <summary>Monitoring by new options, not yet in force.</summary>
/// <param name="Requests">Null if nothing is to be served.</param>
/// <param name="Server">Null if nothing is, or the listener stays.</param>
internal sealed record PreparedMonitoring(
    RelaySettings Settings, MonitoringRequests? Requests, MonitoringServer? Server) : IAsyncDisposable
{
    /// <summary>Gives up a reload that is refused for another reason.</summary>
    public ValueTask DisposeAsync() => Server?.DisposeAsync() ?? ValueTask.CompletedTask;
}
