namespace Relay.Host.Options;

/// <summary>A list of words as configured; equal lists are equal.</summary>
/// <param name="Text">The words with blanks between them.</param>
internal sealed record WordsSetting(string Text)
{
    public static WordsSetting None { get; } = new(string.Empty);

    public IReadOnlyList<string> Words => Text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Takes words separated by white space or commas.</summary>
    public static WordsSetting Of(string text) => new(string.Join(
        ' ', text.Split((char[])[' ', '\t', '\n', '\r', ','], StringSplitOptions.RemoveEmptyEntries)));
}
