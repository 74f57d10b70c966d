namespace Relay.Logging.Tracing;

/// <summary>Remembers events. Thread-safe.</summary>
public interface ITraceSource
{
    /// <summary>Shows every event that is remembered, oldest first as far as it is known.</summary>
    internal void Visit(TraceVisitor visitor);
}
