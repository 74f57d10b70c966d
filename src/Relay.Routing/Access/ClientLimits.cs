namespace Relay.Routing.Access;

/// <summary>What access says of a client besides accepting it; null where it says nothing.</summary>
/// <param name="GreetPauseMilliseconds"><c>GreetPause:</c>.</param>
/// <param name="ConnectionsPerMinute"><c>ClientRate:</c>; 0 is without limit.</param>
/// <param name="Connections"><c>ClientConn:</c>; 0 is without limit.</param>
public readonly record struct ClientLimits(
    long? GreetPauseMilliseconds, long? ConnectionsPerMinute, long? Connections);
