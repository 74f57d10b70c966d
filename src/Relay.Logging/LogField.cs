namespace Relay.Logging;

/// <summary>A field of a JSON event.</summary>
internal sealed record LogField(string Name, string Type, string Description);
