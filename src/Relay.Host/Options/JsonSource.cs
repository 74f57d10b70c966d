using System.Text;
using System.Text.Json;

namespace Relay.Host.Options;

/// <summary>
/// Flattens a JSON file (comments and trailing commas allowed) into entries with their lines. Recursion is bounded by
/// the reader's depth limit.
/// </summary>
internal ref struct JsonSource
{
    private const int DepthMax = 16;

    private readonly string _file;
    private readonly ReadOnlySpan<byte> _json;
    private readonly List<ConfigurationEntry> _entries;
    private readonly List<ConfigurationError> _errors;
    private Utf8JsonReader _reader;

    private JsonSource(
        string file, ReadOnlySpan<byte> json, List<ConfigurationEntry> entries, List<ConfigurationError> errors)
    {
        _file = file;
        _json = json;
        _entries = entries;
        _errors = errors;
        _reader = new Utf8JsonReader(json, new JsonReaderOptions
        {
            CommentHandling = JsonCommentHandling.Skip,
            AllowTrailingCommas = true,
            MaxDepth = DepthMax,
        });
    }

    public static void Read(
        string file, ReadOnlySpan<byte> json, List<ConfigurationEntry> entries, List<ConfigurationError> errors)
    {
        json = json.StartsWith(Encoding.UTF8.Preamble) ? json[Encoding.UTF8.Preamble.Length..] : json;
        var source = new JsonSource(file, json, entries, errors);
        try
        {
            source.ReadDocument();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            int line = exception is JsonException { LineNumber: { } number } ? (int)number + 1 : source.Line();
            string text = exception.Message;
            int end = text.IndexOf(" LineNumber:", StringComparison.Ordinal);
            errors.Add(
                new ConfigurationError(file, line, string.Empty, $"is not JSON: {(end < 0 ? text : text[..end])}"));
        }
    }

    private void ReadDocument()
    {
        _reader.Read();
        if (_reader.TokenType != JsonTokenType.StartObject)
        {
            Add(string.Empty, "expected an object: { \"hostname\": … }");
            return;
        }

        ReadObject(string.Empty);
        while (_reader.Read())
        {
            // Reports what stands behind the object.
        }
    }

    private void ReadObject(string path)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndObject)
        {
            string name = _reader.GetString()!;
            string child = path.Length == 0 ? name : $"{path}.{name}";
            if (name.Length == 0 || name.AsSpan().ContainsAny(".[]"))
            {
                Add(child, "a key may not be empty or hold a dot or brackets; write nested objects");
            }
            else if (!seen.Add(name))
            {
                Add(child, "is given twice");
            }

            _reader.Read();
            ReadValue(child);
        }
    }

    private void ReadValue(string path)
    {
        switch (_reader.TokenType)
        {
            case JsonTokenType.StartObject:
                ReadObject(path);
                break;
            case JsonTokenType.StartArray:
                ReadArray(path);
                break;
            default:
                string text = _reader.TokenType == JsonTokenType.String
                    ? _reader.GetString()!
                    : Encoding.UTF8.GetString(_reader.ValueSpan);
                _entries.Add(new ConfigurationEntry(path, text, _reader.TokenType, _file, Line()));
                break;
        }
    }

    private void ReadArray(string path)
    {
        bool isList = OptionRegistry.Lists.Contains(path);
        if (!isList && OptionRegistry.Find(KeyPath(path)) is { TakesList: true })
        {
            ReadWords(path);
            return;
        }

        if (!isList)
        {
            Add(path, OptionRegistry.Find(KeyPath(path)) is { } key
                ? $"is a list, expected {key.Expected}"
                : "is not a list of this program");
        }

        for (int index = 0; _reader.Read() && _reader.TokenType != JsonTokenType.EndArray; index++)
        {
            if (!isList || _reader.TokenType != JsonTokenType.StartObject)
            {
                if (isList)
                {
                    Add($"{path}[{index}]", path == OptionRegistry.ListenersPath
                        ? "expected an object: { \"endpoint\": \"127.0.0.1:2525\" }"
                        : "expected an object: { \"match\": \"example.org\", … }");
                }

                _reader.Skip();
                continue;
            }

            _entries.Add(
                new ConfigurationEntry($"{path}[{index}]", string.Empty, JsonTokenType.StartObject, _file, Line()));
            ReadObject($"{path}[{index}]");
        }
    }

    /// <summary>A list of strings becomes one value, an element per line.</summary>
    private void ReadWords(string path)
    {
        int line = Line();
        var words = new List<string>();
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            string? word = _reader.TokenType == JsonTokenType.String ? _reader.GetString() : null;
            if (word is null || word.Contains('\n', StringComparison.Ordinal))
            {
                Add($"{path}[{words.Count}]", "expected a string of one line");
                _reader.Skip();
            }

            words.Add(word ?? string.Empty);
        }

        _entries.Add(new ConfigurationEntry(path, string.Join('\n', words), JsonTokenType.StartArray, _file, line));
    }

    private static string KeyPath(string path) =>
        new ConfigurationEntry(path, string.Empty, JsonTokenType.None, string.Empty, 0).KeyPath;

    private readonly int Line() => _json[..(int)_reader.TokenStartIndex].Count((byte)'\n') + 1;

    private readonly void Add(string path, string message) =>
        _errors.Add(new ConfigurationError(_file, Line(), path, message));
}
