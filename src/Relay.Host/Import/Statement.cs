namespace Relay.Host.Import;

/// <summary>One statement of the source, with everything in it expanded as far as the reader can.</summary>
/// <param name="Line">Where it begins, from 1.</param>
/// <param name="Text">The statement as it stands in the source, on one line.</param>
/// <param name="Name">The macro, feature, option, class or map that it is about.</param>
internal sealed record Statement(
    StatementKind Kind, int Line, string Text, string Name, IReadOnlyList<string> Arguments)
{
    /// <summary>It is known by the mark alone that m4 leaves in a <c>sendmail.cf</c>, without arguments.</summary>
    public bool IsMark => Kind == StatementKind.Feature && Text.StartsWith("$Id:", StringComparison.Ordinal);

    /// <summary>The argument, or an empty text if there are fewer.</summary>
    public string Argument(int index) => index < Arguments.Count ? Arguments[index].Trim() : string.Empty;
}
