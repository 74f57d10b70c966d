using Relay.Host.Options;

namespace Relay.Host.Import;

/// <summary>A value for one of our keys, with the statements that it came from.</summary>
internal sealed class ImportedValue(string path)
{
    /// <summary>The key's place in the file; <c>listeners[0].endpoint</c> for one of a list.</summary>
    public string Path { get; } = path;

    /// <summary>As it stands in the file: a string in quotes, a number, a word, or a list.</summary>
    public string Json { get; set; } = string.Empty;

    /// <summary>The words of a list, which several statements add to.</summary>
    public List<string> Words { get; } = [];

    /// <summary>What is written above it, without the slashes.</summary>
    public List<string> Comments { get; } = [];

    public static string KeyPath(string path)
    {
        int open = path.IndexOf('[', StringComparison.Ordinal);
        int close = path.IndexOf(']', StringComparison.Ordinal);
        return open < 0 ? path : path[..(open + 1)] + path[close..];
    }

    public OptionKey? Key => OptionRegistry.Find(KeyPath(Path));
}
