using System.Text.Json;

namespace Relay.Host.Options;

/// <summary>One value as it was given, before it is checked.</summary>
/// <param name="Path">With list indices: <c>listeners[0].endpoint</c>.</param>
/// <param name="Token">The JSON token; <see cref="JsonTokenType.None"/> for text from elsewhere.</param>
/// <param name="Source">The file, the environment variable or the command-line option.</param>
/// <param name="Line">In the file, from 1; 0 elsewhere.</param>
internal sealed record ConfigurationEntry(string Path, string Text, JsonTokenType Token, string Source, int Line)
{
    /// <summary>The path of the key: <c>listeners[].endpoint</c>.</summary>
    public string KeyPath
    {
        get
        {
            int open = Path.IndexOf('[', StringComparison.Ordinal);
            return open < 0 ? Path : $"{Path[..open]}[]{Path[(Path.IndexOf(']', open) + 1)..]}";
        }
    }

    /// <summary>The path of the list that it is an element's of; the path itself if there is none.</summary>
    public string ListPath => Path.IndexOf('[', StringComparison.Ordinal) is >= 0 and int open ? Path[..open] : Path;

    /// <summary>The index of the list element, or -1.</summary>
    public int Index
    {
        get
        {
            int open = Path.IndexOf('[', StringComparison.Ordinal);
            return open < 0 ? -1 : int.Parse(Path.AsSpan()[(open + 1)..Path.IndexOf(']', open)]);
        }
    }
}
