namespace Relay.Host.Import;

/// <summary>
/// What becomes of a setting of Sendmail's here. docs/migration.md is written from it, and a test holds that every key
/// that is named exists.
/// </summary>
internal abstract record Fate
{
    /// <summary>Our keys that it sets.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>For the page: a sentence.</summary>
    public required string Text { get; init; }

    /// <summary>It sets one of our keys, or several to the same.</summary>
    internal sealed record Carried(ValueReader Read) : Fate;

    /// <summary>The relay does so anyway, as long as the value is one of those; else the value cannot be had.</summary>
    internal sealed record BuiltIn(Func<string, bool> Accepts) : Fate;

    /// <summary>There is nothing like it here.</summary>
    internal sealed record Refused : Fate;

    /// <summary>Read by code of its own.</summary>
    internal sealed record Special(Action<ImportReport, Statement> Import) : Fate;
}
