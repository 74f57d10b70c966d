namespace Relay.Delivery.Tests.Notifications;

/// <summary>One part of a <see cref="ParsedReport"/>.</summary>
/// <param name="Text">Its text, or that of the message in it, with LF line ends.</param>
/// <param name="Fields">The header fields of the message in it.</param>
/// <param name="Status">The groups of status fields in it.</param>
internal sealed record ParsedPart(
    string Type,
    string Encoding,
    string? Text,
    IReadOnlyList<IReadOnlyList<string>>? Fields,
    IReadOnlyList<IReadOnlyList<IReadOnlyList<string>>>? Status);
