namespace Relay.Server.Sessions;

/// <summary>Carries out one command.</summary>
/// <param name="arguments">What follows the verb; a view on the line that dies with the call.</param>
internal delegate Step CommandHandler(SessionDialog dialog, ReadOnlySpan<byte> arguments);
