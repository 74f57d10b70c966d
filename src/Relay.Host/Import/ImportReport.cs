using System.Text.Json;
using Relay.Host.Options;

namespace Relay.Host.Import;

/// <summary>
/// Collects what an import found: the values for <c>relay.json</c> and what became of every statement. A value is
/// checked as the start would check it; one that is not valid is reported instead of written.
/// </summary>
internal sealed class ImportReport
{
    private readonly Dictionary<string, ImportedValue> _values = new(StringComparer.Ordinal);

    /// <summary>In the order in which they were first set.</summary>
    public IEnumerable<ImportedValue> Values => _values.Values;

    public List<ImportedLine> Lines { get; } = [];

    public IEnumerable<ImportedLine> Refused => Lines.Where(static l => l.Kind == ImportResultKind.Refused);

    /// <summary>The source is a <c>submit.mc</c> or <c>submit.cf</c>: of the program that only hands mail in.</summary>
    public bool IsSubmission { get; set; }

    /// <summary>The tables that the source reads.</summary>
    public HashSet<string> Tables { get; } = new(StringComparer.Ordinal);

    public int ListenerCount { get; set; }

    public bool HasNoDefaultMsa { get; set; }

    /// <summary>ConnectionRateThrottle, which every listener gets.</summary>
    public Statement? Throttle { get; set; }

    /// <summary>DeliveryMode, which every listener without one of its own gets.</summary>
    public Statement? DeliveryMode { get; set; }

    /// <summary>The port of the mailer relay, which the smart host gets.</summary>
    public (Statement Statement, int Port)? RelayPort { get; set; }

    /// <summary>Certificates and their keys.</summary>
    public TlsStatements Tls { get; } = new();

    public bool Has(string path) => _values.ContainsKey(path);

    public string? Get(string path) => _values.GetValueOrDefault(path)?.Json;

    /// <summary>Sets a key; a later statement replaces what an earlier one set, as in Sendmail.</summary>
    public void Set(Statement statement, string path, string text)
    {
        if (TrySet(path, text, out string problem))
        {
            Take(statement, path);
        }
        else
        {
            Refuse(statement, problem);
        }
    }

    /// <summary>Sets a key without a statement to blame; false and why if the value is not valid.</summary>
    public bool TrySet(string path, string text, out string problem)
    {
        problem = string.Empty;
        OptionKey? key = OptionRegistry.Find(ImportedValue.KeyPath(path));
        if (key is null)
        {
            problem = $"this version has no option {path}";
            return false;
        }

        string? json = ToJson(key, text);
        if (json is null)
        {
            problem = $"\"{text}\" is not valid for {path}; expected {key.Expected}";
            return false;
        }

        Value(path).Json = json;
        return true;
    }

    /// <summary>Adds words to a key that takes several, separated by <paramref name="separator"/>.</summary>
    public void Add(Statement statement, string path, IEnumerable<string> words, string separator = " ")
    {
        ImportedValue value = Value(path);
        int before = value.Words.Count;
        value.Words.AddRange(words.Where(w => !value.Words.Contains(w, StringComparer.OrdinalIgnoreCase)));
        if (TrySet(path, string.Join(separator, value.Words), out string problem))
        {
            Take(statement, path);
            return;
        }

        value.Words.RemoveRange(before, value.Words.Count - before);
        if (before == 0)
        {
            _values.Remove(path);
        }

        Refuse(statement, problem);
    }

    /// <summary>Says above a key where it came from.</summary>
    public void Comment(string path, string text) => Value(path).Comments.Add(text);

    public void Take(Statement statement, string path)
    {
        List<string> comments = Value(path).Comments;
        string comment = $"line {statement.Line}: {Shorten(statement.Text)}";
        if (!comments.Contains(comment))
        {
            comments.Add(comment);
        }

        if (!Lines.Exists(l => l.Statement == statement && l.Kind == ImportResultKind.Taken))
        {
            Lines.Add(new ImportedLine(statement, ImportResultKind.Taken, path));
        }
    }

    public void Unset(string path) => _values.Remove(path);

    public void BuiltIn(Statement statement, string text) =>
        Lines.Add(new ImportedLine(statement, ImportResultKind.BuiltIn, text));

    public void Refuse(Statement statement, string reason) =>
        Lines.Add(new ImportedLine(statement, ImportResultKind.Refused, reason));

    /// <summary>A statement as it is shown: on one line, not too long.</summary>
    internal static string Shorten(string text)
    {
        string line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length > 100 ? line[..99] + "…" : line;
    }

    private static string? ToJson(OptionKey key, string text)
    {
        if (text is "true" or "false")
        {
            JsonTokenType flag = text == "true" ? JsonTokenType.True : JsonTokenType.False;
            if (key.Read(text, flag) is not null)
            {
                return text;
            }
        }

        if (text.Length > 0 && text.All(char.IsAsciiDigit) && key.Read(text, JsonTokenType.Number) is not null)
        {
            return text;
        }

        if (key.Read(text, JsonTokenType.StartArray) is not null)
        {
            char separator = text.Contains('|', StringComparison.Ordinal) ? '\n' : ' ';
            string[] words = text.Split(['\n', separator], StringSplitOptions.RemoveEmptyEntries);
            return $"[{string.Join(", ", words.Select(JsonText.Quote))}]";
        }

        return key.Read(text, JsonTokenType.String) is not null ? JsonText.Quote(text) : null;
    }

    private ImportedValue Value(string path)
    {
        if (!_values.TryGetValue(path, out ImportedValue? value))
        {
            _values.Add(path, value = new ImportedValue(path));
        }

        return value;
    }
}
