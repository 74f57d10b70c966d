using System.Text;
using System.Text.RegularExpressions;
using Relay.Host.Options;
using Relay.Testing;

namespace Relay.Host.Tests.Options;

/// <summary>The manual page relay.json(5) names every option as the code has it.</summary>
public partial class OptionsManualTests
{
    private const string Begin = ".\\\" options: written from the code, see OptionsManualTests\n";
    private const string End = ".\\\" end of options\n";

    [Fact]
    public void The_manual_of_options_is_what_the_code_says()
    {
        var text = new StringBuilder();
        foreach (OptionKey key in OptionRegistry.All)
        {
            string variable = key.IsPerElement ? string.Empty : $"\\fR, \\fB{Escape(key.EnvironmentVariable)}";
            text.Append($".TP\n\\fB{Escape(key.Path)}{variable}\\fR\n{Line(key.Description)}\n");
            text.Append($".br\nTakes {Line(key.Expected)}. Default: {Standard(key.DefaultText)}.\n");
        }

        GeneratedPart.Check(
            Path.Combine(Repository.Root, "packaging", "man", "man5", "relay.json.5"), Begin, End, text.ToString());
    }

    private static string Standard(string text) => text switch
    {
        "" => "none",
        ['(', ..] sentence => Line(sentence[1..^1]),
        _ => $"\\fB{Escape(text)}\\fR",
    };

    /// <summary>
    /// Markdown's code becomes bold, its links their text; no line begins with a dot or a quotation mark.
    /// </summary>
    private static string Line(string markdown)
    {
        string plain = Link().Replace(markdown, "$1");
        string line = Code().Replace(Escape(plain), "\\fB$1\\fR");
        return line is ['.' or '\'', ..] ? $"\\&{line}" : line;
    }

    private static string Escape(string text) => text
        .Replace("\\", "\\e", StringComparison.Ordinal)
        .Replace("-", "\\-", StringComparison.Ordinal)
        .Replace("§", "section ", StringComparison.Ordinal)
        .Replace("…", "...", StringComparison.Ordinal);

    [GeneratedRegex(@"\[([^\]]+)\]\([^)]+\)")]
    private static partial Regex Link();

    [GeneratedRegex("`([^`]*)`")]
    private static partial Regex Code();
}
