using System.Diagnostics;

namespace Relay.Host.Monitoring;

/// <summary>What is known of a traced message. Its members are guarded by a lock on it.</summary>
internal sealed class TraceRoot
{
    /// <summary>The reception, begun; null before anybody asked, or if no reception was seen.</summary>
    public Activity? Reception { get; set; }

    /// <summary>The reception has ended.</summary>
    public bool IsReceived { get; set; }

    /// <summary>The message has left the queue.</summary>
    public bool IsOver { get; set; }

    /// <summary>
    /// Since when it has waited: the end of its reception or of its last attempt; default if unknown.
    /// </summary>
    public DateTimeOffset WaitsSince { get; set; }
}
