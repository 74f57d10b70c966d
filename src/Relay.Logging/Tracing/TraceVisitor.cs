namespace Relay.Logging.Tracing;

/// <summary>Is shown events, one at a time.</summary>
internal abstract class TraceVisitor
{
    /// <param name="mailEvent">Valid until the call returns.</param>
    public abstract void Visit(in MailEvent mailEvent, DateTimeOffset time);
}
