using System.Text;

namespace Relay.Host.Import;

/// <summary>
/// Reads a <c>sendmail.mc</c> as m4 does, as far as such files use m4: quotes `…', <c>dnl</c>, <c>divert</c>,
/// definitions that are used again, calls with nested quotes over several lines. What m4 would have to compute or to
/// include is not done but reported. Lines of text outside calls are lines of the <c>sendmail.cf</c>, as below
/// <c>LOCAL_CONFIG</c>. A <c>#</c> begins no comment: cf.m4 switches m4's comments off.
/// </summary>
internal sealed class MacroReader
{
    private const int ExpansionDepthMax = 20;
    private const int CallLengthMax = 64 * 1024;

    /// <summary>In the whole file; m4 would follow a definition that contains itself for ever.</summary>
    private const int ExpansionsMax = 10_000;

    private readonly string _text;
    private readonly IReadOnlySet<string> _calls;
    private readonly List<Statement> _statements = [];
    private readonly List<(int Line, string Text)> _output = [];
    private readonly StringBuilder _outputLine = new();
    private readonly Dictionary<string, string> _definitions = new(StringComparer.Ordinal)
    {
        ["MAIL_SETTINGS_DIR"] = "/etc/mail/",
    };

    private readonly HashSet<string> _used = new(StringComparer.Ordinal);

    private int _expansions;
    private int _position;
    private int _line = 1;
    private int _outputLineNumber = 1;
    private bool _discards;

    private MacroReader(string text, IReadOnlySet<string> calls)
    {
        _text = text;
        _calls = calls;
    }

    /// <summary>The statements in the order of their lines.</summary>
    /// <param name="calls">The macros that are known to take arguments or to stand alone.</param>
    public static List<Statement> Read(string text, IReadOnlySet<string> calls)
    {
        var reader = new MacroReader(text, calls);
        reader.ReadAll();
        IEnumerable<Statement> statements = reader._statements.Select(reader.Classify);
        return [.. statements.Concat(CfReader.Read(reader._output)).OrderBy(static s => s.Line)];
    }

    /// <summary>A definition that means nothing to Sendmail and is used in the file has done its work.</summary>
    private Statement Classify(Statement statement) =>
        statement.Kind == StatementKind.Define && SendmailOptions.FindDefine(statement.Name) is null
        && (_used.Contains(statement.Name) || statement.Name.StartsWith('_'))
            ? statement with { Kind = StatementKind.Housekeeping }
            : statement;

    private void ReadAll()
    {
        while (_position < _text.Length)
        {
            char c = _text[_position];
            if (c == '\n')
            {
                EndOutputLine();
                Advance();
            }
            else if (c == '`')
            {
                Emit(ReadQuoted());
            }
            else if (IsWordStart(c))
            {
                ReadWord();
            }
            else
            {
                Emit(c.ToString());
                Advance();
            }
        }

        EndOutputLine();
    }

    private void ReadWord()
    {
        int start = _position;
        int line = _line;
        string word = TakeWord();
        if (word == "dnl")
        {
            SkipLine();
        }
        else if (_calls.Contains(word) || (IsCallLike(word) && _outputLine.ToString().Trim().Length == 0))
        {
            List<string> arguments = Peek() == '(' ? ReadArguments() : [];
            string source = _text[start.._position].ReplaceLineEndings(" ");
            AddCall(line, source, word, arguments);
        }
        else
        {
            Emit(TryUse(word, out string value) ? Expand(value, 0) : word);
        }
    }

    /// <summary>An unknown name in capitals with arguments at the start of a line: meant as a macro of ours.</summary>
    private bool IsCallLike(string word) => Peek() == '(' && !_discards && word.Length > 2
        && word.All(static c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '_');

    private void AddCall(int line, string source, string word, List<string> raw)
    {
        string[] arguments = [.. raw.Select(a => Expand(a, 0))];
        if (word is "define" or "undefine" && arguments.Length > 0)
        {
            string name = string.Concat(raw[0].Where(static c => c is not ('`' or '\''))).Trim();
            string[] value = word == "define" ? arguments[1..] : [];
            _statements.Add(new Statement(StatementKind.Define, line, source, name, value));
            _definitions.Remove(name);
            if (word == "define")
            {
                _definitions.Add(name, raw.Count > 1 ? raw[1] : string.Empty);
            }
        }
        else if (word == "FEATURE" && arguments.Length > 0)
        {
            _statements.Add(
                new Statement(StatementKind.Feature, line, source, arguments[0].Trim(), arguments[1..]));
        }
        else
        {
            _discards = word == "divert" ? arguments is ["-1", ..] : _discards;
            _statements.Add(new Statement(StatementKind.Call, line, source, word, arguments));
        }
    }

    /// <summary>
    /// The arguments of a call, the outer quotes still on: white space before each is dropped, commas and parentheses
    /// in quotes or nested parentheses belong to the text.
    /// </summary>
    private List<string> ReadArguments()
    {
        var arguments = new List<string>();
        var argument = new StringBuilder();
        int begin = _position;
        int depth = 0;
        Advance();
        SkipWhiteSpace();
        while (_position < _text.Length && _position - begin < CallLengthMax)
        {
            char c = _text[_position];
            if (c == '`')
            {
                argument.Append('`').Append(ReadQuoted()).Append('\'');
                continue;
            }

            if (IsWordStart(c))
            {
                string word = TakeWord();
                if (word == "dnl")
                {
                    SkipLine();
                }
                else
                {
                    argument.Append(word);
                }

                continue;
            }

            Advance();
            if (c == ')' && depth == 0)
            {
                break;
            }

            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (c == ',' && depth == 0)
            {
                arguments.Add(argument.ToString());
                argument.Clear();
                SkipWhiteSpace();
            }
            else
            {
                argument.Append(c);
            }
        }

        arguments.Add(argument.ToString());
        return arguments;
    }

    /// <summary>What is between a quote and its end, inner quotes kept.</summary>
    private string ReadQuoted()
    {
        Advance();
        int begin = _position;
        int depth = 1;
        while (_position < _text.Length)
        {
            depth += _text[_position] == '`' ? 1 : _text[_position] == '\'' ? -1 : 0;
            if (depth == 0)
            {
                string quoted = _text[begin.._position];
                Advance();
                return quoted;
            }

            Advance();
        }

        return _text[begin..];
    }

    /// <summary>Drops all quotes and puts in what names stand for.</summary>
    private string Expand(string text, int depth)
    {
        var result = new StringBuilder();
        for (int i = 0; i < text.Length;)
        {
            char c = text[i];
            if (c is '`' or '\'')
            {
                // An apostrophe that ends no quote is one.
                if (c == '\'' && !text.AsSpan(0, i).Contains('`'))
                {
                    result.Append(c);
                }

                i++;
            }
            else if (IsWordStart(c))
            {
                int end = i;
                while (end < text.Length && IsWordPart(text[end]))
                {
                    end++;
                }

                string word = text[i..end];
                i = end;
                result.Append(
                    depth < ExpansionDepthMax && TryUse(word, out string value) ? Expand(value, depth + 1) : word);
            }
            else
            {
                result.Append(c);
                i++;
            }
        }

        return result.ToString();
    }

    private bool TryUse(string name, out string value)
    {
        value = string.Empty;
        if (!_definitions.TryGetValue(name, out string? found) || _expansions++ > ExpansionsMax)
        {
            return false;
        }

        value = found;
        _used.Add(name);
        return true;
    }

    private void EndOutputLine()
    {
        string text = _outputLine.ToString().TrimEnd();
        if (text.Length > 0)
        {
            _output.Add((_outputLineNumber, text));
        }

        _outputLine.Clear();
    }

    private void Emit(string text)
    {
        if (_discards)
        {
            return;
        }

        if (_outputLine.Length == 0)
        {
            _outputLineNumber = _line;
        }

        _outputLine.Append(text.ReplaceLineEndings(" "));
    }

    private string TakeWord()
    {
        int start = _position;
        while (_position < _text.Length && IsWordPart(_text[_position]))
        {
            _position++;
        }

        return _text[start.._position];
    }

    private void SkipWhiteSpace()
    {
        while (_position < _text.Length && char.IsWhiteSpace(_text[_position]))
        {
            Advance();
        }
    }

    /// <summary>Through the line's end, which goes too, as m4's <c>dnl</c> does.</summary>
    private void SkipLine()
    {
        while (_position < _text.Length && _text[_position] != '\n')
        {
            _position++;
        }

        if (_outputLine.ToString().Trim().Length == 0)
        {
            _outputLine.Clear();
        }

        if (_position < _text.Length)
        {
            Advance();
        }
    }

    private char Peek() => _position < _text.Length ? _text[_position] : '\0';

    private void Advance()
    {
        if (_text[_position++] == '\n')
        {
            _line++;
        }
    }

    private static bool IsWordStart(char c) => char.IsAsciiLetter(c) || c == '_';

    private static bool IsWordPart(char c) => IsWordStart(c) || char.IsAsciiDigit(c);
}
