using System.Text;
using System.Text.Json;

namespace Relay.Host.Options;

/// <summary>One option: its path in the file, its environment variable, what it takes and what it does.</summary>
internal abstract class OptionKey(string path, string description)
{
    /// <summary>
    /// E.g. <c>retry.initial</c>, or <c>listeners[].endpoint</c> for a key of each element of a list.
    /// </summary>
    public string Path { get; } = path;

    /// <summary>One or more sentences for docs/operations.md.</summary>
    public string Description { get; } = description;

    /// <summary>True for keys of list elements, which only the file can set.</summary>
    public bool IsPerElement => Path.Contains("[]", StringComparison.Ordinal);

    /// <summary>E.g. <c>RELAY_RETRY_INITIAL</c>.</summary>
    public string EnvironmentVariable { get; } = ToVariable(path);

    /// <summary>True if the file may give a list of strings.</summary>
    public abstract bool TakesList { get; }

    public abstract string Expected { get; }

    /// <summary>As it would be written in the file, or a sentence in parentheses.</summary>
    public abstract string DefaultText { get; }

    /// <summary>Reads a value; null and what was expected if it is not one.</summary>
    public abstract object? Read(string text, JsonTokenType token);

    private static string ToVariable(string path)
    {
        var name = new StringBuilder("RELAY_");
        foreach (char c in path)
        {
            if (char.IsAsciiLetterUpper(c))
            {
                name.Append('_');
            }

            name.Append(c == '.' ? '_' : char.ToUpperInvariant(c));
        }

        return name.ToString();
    }
}
