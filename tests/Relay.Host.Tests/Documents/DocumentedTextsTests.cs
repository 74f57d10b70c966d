using System.Text;
using System.Text.RegularExpressions;
using Relay.Testing;

namespace Relay.Host.Tests.Documents;

/// <summary>
/// docs/replies.md has every reply and docs/logs.md every line of a session or of the program that the sources have.
/// What is put together at run time is outside of this: those texts have tests of their own.
/// </summary>
public partial class DocumentedTextsTests
{
    /// <summary>The demonstration; the fixed replies, which RepliesTests compares; texts about replies.</summary>
    private static readonly string[] Elsewhere =
        ["/Demo/", "/Relay.Smtp/Replies/", "/Options/ServerKeys.cs", "/Sessions/HelloCommands.cs"];

    [Fact]
    public void Every_reply_of_rules_and_routes_is_in_the_document_of_replies()
    {
        string document = Document("replies.md");
        string[] replies =
        [
            .. Sources()
                .Where(static s => !Array.Exists(Elsewhere, part => s.Path.Contains(part, StringComparison.Ordinal)))
                .SelectMany(static s => ReplyLiteral().Matches(s.Text))
                .Select(static m => WithoutValues(m.Groups[1].Value))
                .Where(static text => text.Length > 10 && !text.Contains('$', StringComparison.Ordinal))
                .Distinct(),
        ];
        Assert.True(replies.Length > 40, $"only {replies.Length} replies were found in the sources");
        Assert.Equal([], replies.Where(text => !document.Contains(text, StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_line_of_sessions_and_of_the_program_is_in_the_document_of_logs()
    {
        string document = Document("logs.md");
        string[] lines =
        [
            .. Sources()
                .SelectMany(static s => LogLiteral().Matches(s.Text))
                .Select(static m => WithoutValues(m.Groups[1].Value + m.Groups[2].Value))
                .Where(static text => text.Any(char.IsAsciiLetter) && !text.EndsWith('='))
                .Distinct(),
        ];
        Assert.True(lines.Length > 30, $"only {lines.Length} lines were found in the sources");
        Assert.Equal([], lines.Where(text => !document.Contains(text, StringComparison.Ordinal)));
    }

    /// <summary>Line breaks within a sentence are no difference.</summary>
    private static string Document(string name) =>
        File.ReadAllText(Path.Combine(Repository.Root, "docs", name)).Replace('\n', ' ');

    private static IEnumerable<(string Path, string Text)> Sources() =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(static path => !path.Contains("/obj/", StringComparison.Ordinal))
            .Select(static path => (path, string.Join('\n', File.ReadLines(path).Where(
                static line => !line.TrimStart().StartsWith("///", StringComparison.Ordinal)))));

    /// <summary>The text of a C# literal with <c>{}</c> where it has an expression.</summary>
    private static string WithoutValues(string literal)
    {
        var text = new StringBuilder();
        int depth = 0;
        foreach (char c in literal.Replace("\\r\\n", string.Empty, StringComparison.Ordinal))
        {
            depth += c == '{' ? 1 : 0;
            if (depth == 0)
            {
                text.Append(c);
            }
            else if (c == '}' && --depth == 0)
            {
                text.Append("{}");
            }
        }

        return text.ToString().Trim();
    }

    [GeneratedRegex("""
        "([2-5]\d\d (?:\d\.\d{1,3}\.\d{1,3} |[A-Z])(?:[^"\\]|\\.)*)"
        """)]
    private static partial Regex ReplyLiteral();

    [GeneratedRegex("""
        (?:WriteDaemon|LogSession|\bLog)\((?:[^;"]{0,120})\$?"((?:[^"\\]|\\.)*)"(?:\s*\+\s*\$?"((?:[^"\\]|\\.)*)")?
        """)]
    private static partial Regex LogLiteral();
}
