namespace Relay.Tables.Loading;

/// <summary>Where a class's words come from.</summary>
/// <param name="Words">Words of the configuration (Sendmail: C lines).</param>
/// <param name="File">A file of words (Sendmail: F lines); null if there is none. Missing, it is empty.</param>
public sealed record ClassSource(IReadOnlyList<string> Words, string? File = null)
{
    public static ClassSource None { get; } = new([]);
}
