namespace Relay.LoadGenerator.Native;

/// <summary>One descriptor served by a <see cref="Reactor"/>; called on the reactor's thread only.</summary>
internal abstract class ReactorHandler
{
    /// <summary>The descriptor, or -1 while there is none.</summary>
    internal int Fd { get; set; } = -1;

    /// <summary>The reactor's slot, or -1; owned by the reactor.</summary>
    internal int Slot { get; set; } = -1;

    /// <param name="events">The kernel's readiness bits (edge triggered).</param>
    internal abstract void OnReady(uint events);

    /// <summary>A scheduled time has come; the handler may have changed its mind since and looks for itself.</summary>
    internal virtual void OnTimer(long now)
    {
    }
}
