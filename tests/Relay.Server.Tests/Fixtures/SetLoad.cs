using Relay.Throttling;

namespace Relay.Server.Tests.Fixtures;

/// <summary>A load average that a test sets.</summary>
internal sealed class SetLoad : ILoadAverage
{
    public double OneMinute { get; set; }
}
