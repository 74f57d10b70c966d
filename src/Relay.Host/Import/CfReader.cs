using System.Text.RegularExpressions;

namespace Relay.Host.Import;

/// <summary>
/// Reads the lines of a <c>sendmail.cf</c>: one letter says what a line is, white space in front continues the line
/// before (Sendmail: op.me, "The Whole Scoop on the Configuration File"). Rules are not read; what the standard rules
/// hold of a feature's arguments is found in them.
/// </summary>
internal static partial class CfReader
{
    public static List<Statement> Read(string text)
    {
        var lines = new List<(int, string)>();
        int number = 0;
        foreach (string line in text.Split('\n'))
        {
            number++;
            lines.Add((number, line.TrimEnd()));
        }

        return Read(lines);
    }

    public static List<Statement> Read(IEnumerable<(int Line, string Text)> lines)
    {
        var statements = new List<Statement>();
        Statement? ruleset = null;
        List<string> rules = [];
        foreach ((int number, string text) in Join(lines))
        {
            if (text[0] == 'R')
            {
                ruleset ??= new Statement(StatementKind.Ruleset, number, text, string.Empty, rules);
                rules.Add(text);
                AddHidden(statements, number, text);
                continue;
            }

            if (text[0] == '#')
            {
                AddFeatureComment(statements, number, text);
                continue;
            }

            AddRuleset(statements, ref ruleset, ref rules);
            if (text[0] == 'S')
            {
                string name = text[1..].Split('=')[0].Trim();
                ruleset = new Statement(StatementKind.Ruleset, number, text, name, rules);
                continue;
            }

            statements.Add(ReadLine(number, text));
        }

        AddRuleset(statements, ref ruleset, ref rules);
        return statements;
    }

    private static void AddRuleset(List<Statement> statements, ref Statement? ruleset, ref List<string> rules)
    {
        if (ruleset is not null)
        {
            statements.Add(ruleset);
        }

        ruleset = null;
        rules = [];
    }

    private static Statement ReadLine(int number, string text) => text[0] switch
    {
        'O' => ReadOption(number, text),
        'D' => Named(StatementKind.Macro, number, text),
        'C' => Named(StatementKind.Class, number, text),
        'F' => Named(StatementKind.ClassFile, number, text),
        'K' => ReadMap(number, text),
        'H' => new Statement(StatementKind.Header, number, text, HeaderName(text), []),
        'M' => new Statement(StatementKind.Mailer, number, text, text[1..].Split(',')[0].Trim(), []),
        'V' or 'P' or 'T' or 'E' => new Statement(StatementKind.Housekeeping, number, text, text[..1], [text[1..]]),
        _ => new Statement(StatementKind.Unknown, number, text, text[..1], []),
    };

    private static Statement ReadOption(int number, string text)
    {
        if (text.Length < 2 || text[1] != ' ')
        {
            return new Statement(StatementKind.Option, number, text, text.Length > 1 ? text[1..2] : string.Empty, []);
        }

        string[] parts = text[2..].Split('=', 2);
        return new Statement(
            StatementKind.Option, number, text, parts[0].Trim(), parts.Length > 1 ? [parts[1].Trim()] : []);
    }

    /// <summary><c>Dxvalue</c> or <c>D{name}value</c>, and so for classes.</summary>
    private static Statement Named(StatementKind kind, int number, string text)
    {
        int close = text.IndexOf('}', StringComparison.Ordinal);
        if (text.Length > 1 && text[1] == '{' && close > 0)
        {
            return new Statement(kind, number, text, text[2..close], [text[(close + 1)..]]);
        }

        return text.Length > 1
            ? new Statement(kind, number, text, text[1..2], [text[2..]])
            : new Statement(StatementKind.Unknown, number, text, text, []);
    }

    private static Statement ReadMap(int number, string text)
    {
        string[] words = text[1..].Split((char[]?)null, 3, StringSplitOptions.RemoveEmptyEntries);
        return words.Length == 0
            ? new Statement(StatementKind.Unknown, number, text, text, [])
            : new Statement(StatementKind.Map, number, text, words[0], words[1..]);
    }

    private static string HeaderName(string text)
    {
        string name = text[1..];
        int end = name.StartsWith('?') ? name.IndexOf('?', 1) : -1;
        return name[(end + 1)..].Split(':')[0].Trim();
    }

    /// <summary>
    /// Every feature leaves its version in the file: <c>#####  $Id: access_db.m4,v 8.28 … $  #####</c>.
    /// </summary>
    private static void AddFeatureComment(List<Statement> statements, int number, string text)
    {
        Match match = VersionComment().Match(text);
        if (match.Success && SendmailFeatures.Find(match.Groups[1].Value) is { NeedsRule: false })
        {
            statements.Add(
                new Statement(StatementKind.Feature, number, text.Trim('#', ' '), match.Groups[1].Value, []));
        }
    }

    /// <summary>What a feature was told stands in its rules alone.</summary>
    private static void AddHidden(List<Statement> statements, int number, string text)
    {
        if (BlocklistRule().Match(text) is { Success: true } list)
        {
            string name = list.Groups[1].Value == "ednsbl" ? "enhdnsbl" : "dnsbl";
            statements.Add(new Statement(
                StatementKind.Feature, number, text, name, [list.Groups[2].Value, string.Empty, string.Empty]));
        }
        else if (GreetPauseRule().Match(text) is { Success: true } pause)
        {
            statements.Add(
                new Statement(StatementKind.Feature, number, text, "greet_pause", [pause.Groups[1].Value]));
        }
        else if (statements.Count > 0 && statements[^1] is { Name: "dnsbl" or "enhdnsbl" } last)
        {
            statements[^1] = WithBlocklistRule(last, text);
        }
    }

    /// <summary>The rules behind the question: what a failure gives, and what the answers give.</summary>
    private static Statement WithBlocklistRule(Statement list, string text)
    {
        string[] arguments = [.. list.Arguments];
        if (BlocklistFailure().Match(text) is { Success: true } failure)
        {
            arguments[2] = failure.Groups[1].Value;
        }
        else if (BlocklistAnswer().Match(text) is { Success: true } answer)
        {
            arguments[1] = answer.Groups[2].Value switch
            {
                "$#discard" => "discard",
                "$#error $@ quarantine" => "quarantine",
                _ => answer.Groups[3].Value,
            };
            if (answer.Groups[1].Value != "$+")
            {
                arguments = [.. arguments, answer.Groups[1].Value];
            }
        }

        return list with { Arguments = arguments };
    }

    private static IEnumerable<(int Line, string Text)> Join(IEnumerable<(int Line, string Text)> lines)
    {
        (int Line, string Text) current = default;
        foreach ((int number, string text) in lines)
        {
            if (text.Length == 0)
            {
                continue;
            }

            if (char.IsWhiteSpace(text[0]) && current.Text is not null)
            {
                current.Text += " " + text.Trim();
                continue;
            }

            if (current.Text is not null)
            {
                yield return current;
            }

            current = (number, text.TrimStart());
        }

        if (current.Text is not null)
        {
            yield return current;
        }
    }

    [GeneratedRegex(@"^#####\s+\$Id: (\w+)\.m4,v ", RegexOptions.CultureInvariant)]
    private static partial Regex VersionComment();

    [GeneratedRegex(@"\$\((dnsbl|ednsbl) \$4\.\$3\.\$2\.\$1\.(\S+?)\.? \$:", RegexOptions.CultureInvariant)]
    private static partial Regex BlocklistRule();

    [GeneratedRegex(@"^R<\?>\$\+<TMP>\s+\$#error \$@ 4\.4\.3 \$: (.+)$", RegexOptions.CultureInvariant)]
    private static partial Regex BlocklistFailure();

    [GeneratedRegex(
        @"^R<\?>([^\s<]+)\s+(\$#discard|\$#error \$@ quarantine|\$#error \$@ 5\.7\.1) \$: (.+)$",
        RegexOptions.CultureInvariant)]
    private static partial Regex BlocklistAnswer();

    [GeneratedRegex(@"^R<\?> <\$\*>\s+\$# (\d+)$", RegexOptions.CultureInvariant)]
    private static partial Regex GreetPauseRule();
}
