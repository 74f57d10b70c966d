using System.Text;

namespace Relay.Host.Tables;

/// <summary>
/// Reads a table: one <c>key value</c> per line, <c>#</c> in column 1 is a comment, empty lines are skipped. A missing
/// file is an empty table.
/// </summary>
internal static class TableFile
{
    /// <summary>A table of this size has about a million entries; anything larger is a mistake.</summary>
    private const long LengthMax = 256L << 20;

    private const int LineLengthMax = 4096;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Entries with key and value. A line that begins with white space or has no value is an error.</summary>
    public static List<TableLine> ReadPairs(string path, List<TableError> errors)
    {
        var lines = new List<TableLine>();
        foreach ((int number, string text) in ReadLines(path, errors))
        {
            if (char.IsWhiteSpace(text[0]))
            {
                errors.Add(new TableError(path, number, "a line may not begin with white space"));
                continue;
            }

            int end = text.AsSpan().IndexOfAny(' ', '\t');
            string key = (end < 0 ? text : text[..end]).ToLowerInvariant();
            string value = end < 0 ? string.Empty : text[end..].Trim();
            if (value.Length == 0)
            {
                errors.Add(new TableError(path, number, $"no value for the key \"{key}\""));
                continue;
            }

            lines.Add(new TableLine(number, key, value));
        }

        RejectDuplicates(path, lines, errors);
        return lines;
    }

    /// <summary>Words separated by white space; each is an entry without a value.</summary>
    public static List<TableLine> ReadWords(string path, List<TableError> errors)
    {
        var words = new List<TableLine>();
        foreach ((int number, string text) in ReadLines(path, errors))
        {
            foreach (string word in text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            {
                words.Add(new TableLine(number, word.ToLowerInvariant(), string.Empty));
            }
        }

        return words;
    }

    private static List<(int Number, string Text)> ReadLines(string path, List<TableError> errors)
    {
        var lines = new List<(int, string)>();
        string? content = ReadContent(path, errors);
        int number = 0;
        foreach (string line in (content ?? string.Empty).Split('\n'))
        {
            number++;
            string text = line.TrimEnd();
            if (text.Length == 0 || text[0] == '#')
            {
                continue;
            }

            if (text.Length > LineLengthMax)
            {
                errors.Add(new TableError(path, number, $"the line is longer than {LineLengthMax} characters"));
                continue;
            }

            lines.Add((number, text));
        }

        return lines;
    }

    private static string? ReadContent(string path, List<TableError> errors)
    {
        if (path.Length == 0)
        {
            return null; // no directory of tables is configured
        }

        try
        {
            var file = new FileInfo(path);
            if (!file.Exists)
            {
                if (Directory.Exists(path))
                {
                    errors.Add(new TableError(path, 0, "is a directory, expected a file"));
                }

                return null;
            }

            if (file.Length > LengthMax)
            {
                errors.Add(new TableError(path, 0, $"is larger than {LengthMax >> 20} MiB"));
                return null;
            }

            return Utf8.GetString(File.ReadAllBytes(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            errors.Add(new TableError(path, 0, $"cannot be read: {exception.Message}"));
        }
        catch (DecoderFallbackException)
        {
            errors.Add(new TableError(path, 0, "is not UTF-8 text"));
        }

        return null;
    }

    private static void RejectDuplicates(string path, List<TableLine> lines, List<TableError> errors)
    {
        var first = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (TableLine line in lines)
        {
            if (!first.TryAdd(line.Key, line.Number))
            {
                errors.Add(new TableError(
                    path, line.Number, $"duplicate key \"{line.Key}\", first given in line {first[line.Key]}"));
            }
        }
    }
}
