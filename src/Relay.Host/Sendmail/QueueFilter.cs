namespace Relay.Host.Sendmail;

/// <summary>
/// One of <c>-qI</c>, <c>-qR</c>, <c>-qS</c>, <c>-qQtext</c>: a part of the id, a recipient, the sender, the reason.
/// </summary>
/// <param name="Field">I, R, S or Q.</param>
/// <param name="Text">Must be part of it, in any case.</param>
/// <param name="IsNegated"><c>-q!I</c>: must not be.</param>
internal sealed record QueueFilter(char Field, string Text, bool IsNegated)
{
    /// <summary>One word of an admin request.</summary>
    public string ToWord() => $"{(IsNegated ? "!" : string.Empty)}{Field}={Uri.EscapeDataString(Text)}";

    /// <summary>Reads <see cref="ToWord"/> back; null if it is no filter.</summary>
    public static QueueFilter? Parse(string word)
    {
        bool isNegated = word.StartsWith('!');
        string rest = isNegated ? word[1..] : word;
        return rest is ['I' or 'R' or 'S' or 'Q', '=', ..]
            ? new QueueFilter(rest[0], Uri.UnescapeDataString(rest[2..]), isNegated)
            : null;
    }

    public bool Matches(string value) =>
        value.Contains(Text, StringComparison.OrdinalIgnoreCase) != IsNegated;

    /// <summary>One of the values matches; none does for the negated form.</summary>
    public bool MatchesAny(IEnumerable<string> values) =>
        values.Any(v => v.Contains(Text, StringComparison.OrdinalIgnoreCase)) != IsNegated;
}
