namespace Relay.Routing.Routes;

/// <summary>The outcome of resolving one recipient.</summary>
/// <param name="Address">
/// The mailbox to use in RCPT instead of the forward-path (postmaster, aliases); null to leave it as it is.
/// </param>
public readonly record struct RecipientRoute(Route Route, byte[]? Address = null);
