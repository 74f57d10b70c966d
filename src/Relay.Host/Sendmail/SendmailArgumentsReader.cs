using System.Text;

namespace Relay.Host.Sendmail;

/// <summary>
/// Reads a command line as Sendmail's getopt does: letters may be joined, an argument may follow at once or as the next
/// word, <c>-C</c>, <c>-d</c>, <c>-q</c> and <c>-Q</c> take theirs only at once, and the first word that is no option
/// ends them.
/// </summary>
internal sealed class SendmailArgumentsReader
{
    private const string WithArgument = "ABbCDeFfhLMNOoprRVX";
    private const string WithJoinedArgument = "dqQ";
    private const string Flags = "cGIimnstTUvxE";
    private const string Modes = "adDimpPstvhHC";

    private readonly string _program;
    private readonly TextWriter _error;
    private readonly List<(int Category, int Level)> _debug = [];
    private readonly List<(string Name, string Value)> _options = [];
    private readonly List<QueueFilter> _filters = [];
    private SendmailArguments _result;
    private QueueRunOption? _queueRun;

    private SendmailArgumentsReader(string program, TextWriter error)
    {
        _program = program;
        _error = error;
        _result = new SendmailArguments { Program = program };
    }

    /// <returns>Null if something is wrong, which is then printed: exit with EX_USAGE.</returns>
    public static SendmailArguments? Read(string program, IReadOnlyList<string> words, TextWriter error)
    {
        var reader = new SendmailArgumentsReader(program, error);
        return reader.Run(words) ? reader.Finish() : null;
    }

    /// <summary>Sendmail's times: a number and s, m, h, d or w, minutes without a letter; several may follow.</summary>
    public static bool TryParseInterval(string text, out TimeSpan interval)
    {
        interval = TimeSpan.Zero;
        for (int at = 0; at < text.Length;)
        {
            int digits = text.AsSpan(at).IndexOfAnyExceptInRange('0', '9');
            digits = digits < 0 ? text.Length - at : digits;
            if (digits is 0 or > 6)
            {
                return false;
            }

            int number = int.Parse(text.AsSpan(at, digits), System.Globalization.CultureInfo.InvariantCulture);
            at += digits;
            char unit = at < text.Length ? text[at++] : 'm';
            TimeSpan? one = char.ToLowerInvariant(unit) switch
            {
                's' => TimeSpan.FromSeconds(1),
                'm' => TimeSpan.FromMinutes(1),
                'h' => TimeSpan.FromHours(1),
                'd' => TimeSpan.FromDays(1),
                'w' => TimeSpan.FromDays(7),
                _ => null,
            };
            if (one is null)
            {
                return false;
            }

            interval += number * one.Value;
        }

        return text.Length > 0;
    }

    private bool Run(IReadOnlyList<string> words)
    {
        int at = 0;
        for (; at < words.Count && words[at] is ['-', _, ..]; at++)
        {
            if (words[at] == "--")
            {
                at++;
                break;
            }

            if (words[at] == "--json")
            {
                _result = _result with { Json = true };
                continue;
            }

            if (words[at] == "--help")
            {
                SendmailUsage.Print(_error);
                return false;
            }

            if (!Group(words, ref at))
            {
                return false;
            }
        }

        _result = _result with { Operands = [.. words.Skip(at)] };
        return true;
    }

    /// <summary>One word of options.</summary>
    private bool Group(IReadOnlyList<string> words, ref int at)
    {
        string word = words[at];
        for (int i = 1; i < word.Length; i++)
        {
            char letter = word[i];
            if (Flags.Contains(letter, StringComparison.Ordinal))
            {
                Flag(letter);
                continue;
            }

            bool joined = WithJoinedArgument.Contains(letter, StringComparison.Ordinal);
            if (!joined && !WithArgument.Contains(letter, StringComparison.Ordinal))
            {
                _error.WriteLine($"{_program}: illegal option -- {letter}");
                SendmailUsage.Print(_error);
                return false;
            }

            string argument = word[(i + 1)..];
            if (argument.Length == 0 && !joined)
            {
                if (at + 1 >= words.Count)
                {
                    _error.WriteLine($"{_program}: option requires an argument -- {letter}");
                    SendmailUsage.Print(_error);
                    return false;
                }

                argument = words[++at];
            }

            return Option(letter, argument);
        }

        return true;
    }

    private void Flag(char letter) => _result = letter switch
    {
        'i' => _result with { IgnoresDots = true },
        't' => _result with { TakesRecipients = true },
        'v' => _result with { IsVerbose = true },
        'I' => _result with { Mode = 'i' },
        's' => _result, // save From lines: there is no mailbox
        _ => _result, // c, E, G, m, n, T, U, x: nothing to be done here
    };

    private bool Option(char letter, string argument)
    {
        switch (letter)
        {
            case 'b':
                return Mode(argument);
            case 'q':
                return QueueRun(argument);
            case 'f' or 'r':
                _result = _result with { Sender = argument is ['<', .. var inside, '>'] ? inside : argument };
                return true;
            case 'F':
                _result = _result with { FullName = argument };
                return true;
            case 'N':
                return Notify(argument);
            case 'R':
                return Return(argument);
            case 'V':
                _result = _result with { EnvelopeId = ToXtext(argument) };
                return true;
            case 'B':
                return argument.ToUpperInvariant() is "7BIT" or "8BITMIME"
                    || Complain($"Illegal body type {argument}");
            case 'A':
                _result = _result with { IsSubmission = argument.StartsWith('c') };
                return argument is "c" or "m" || Complain("-A needs c or m");
            case 'C':
                _result = _result with { ConfigurationFile = argument.Length > 0 ? argument : null };
                return true;
            case 'd':
                return Debug(argument);
            case 'O':
                return LongOption(argument);
            case 'o':
                return ShortOption(argument);
            default:
                return true; // D, e, h, L, M, p, Q, X: taken, of no effect here
        }
    }

    private bool Mode(string argument)
    {
        if (argument.Length != 1 || !Modes.Contains(argument[0], StringComparison.Ordinal))
        {
            return Complain($"Invalid operation mode {argument}");
        }

        _result = _result with { Mode = argument[0] == 'a' ? 's' : argument[0] };
        return true;
    }

    private bool QueueRun(string argument)
    {
        bool isNegated = argument.StartsWith('!');
        string rest = isNegated ? argument[1..] : argument;
        switch (rest)
        {
            case "" or "0" or "f":
                _queueRun ??= QueueRunOption.Now;
                return true;
            case "Q" when !isNegated:
                _queueRun = (_queueRun ?? QueueRunOption.Now) with { Quarantined = true };
                return true;
            case ['I' or 'R' or 'S' or 'Q', _, ..]:
                _queueRun ??= QueueRunOption.Now;
                _queueRun = rest[0] == 'Q' ? _queueRun with { Quarantined = true } : _queueRun;
                _filters.Add(new QueueFilter(rest[0], rest[1..], isNegated));
                return true;
            case ['G', ..]:
                _queueRun ??= QueueRunOption.Now; // one queue group is all there is
                return true;
        }

        rest = rest.StartsWith('p') ? rest[1..] : rest;
        if (rest.Length == 0)
        {
            _queueRun ??= QueueRunOption.Now;
            return true;
        }

        if (isNegated || !TryParseInterval(rest, out TimeSpan interval))
        {
            return Complain($"Invalid -q argument \"{argument}\"; expected a time such as 30m, or I, R, S, Q or G");
        }

        _queueRun = interval > TimeSpan.Zero
            ? (_queueRun ?? QueueRunOption.Now) with { Interval = interval }
            : _queueRun ?? QueueRunOption.Now;
        return true;
    }

    private bool Notify(string argument)
    {
        string[] words = argument.ToUpperInvariant().Split(',', StringSplitOptions.TrimEntries);
        bool isValid = words is ["NEVER"] || words.All(static w => w is "SUCCESS" or "FAILURE" or "DELAY");
        if (!isValid)
        {
            return Complain($"Invalid -N argument \"{argument}\"; expected never, or success, failure and delay");
        }

        _result = _result with { Notify = string.Join(',', words) };
        return true;
    }

    private bool Return(string argument)
    {
        string word = argument.ToUpperInvariant();
        if (word is not ("FULL" or "HDRS"))
        {
            return Complain($"-R {argument} invalid; must be either full or hdrs");
        }

        _result = _result with { Return = word };
        return true;
    }

    private bool Debug(string argument)
    {
        if (!DebugLevels.TryParse(argument, out IReadOnlyList<(int, int)> levels, out string? wrong))
        {
            return Complain($"Invalid -d argument \"{wrong}\"; expected category.level");
        }

        _debug.AddRange(levels);
        return true;
    }

    private bool LongOption(string argument)
    {
        int equals = argument.IndexOf('=', StringComparison.Ordinal);
        string name = (equals < 0 ? argument : argument[..equals]).Trim();
        string value = equals < 0 ? "true" : argument[(equals + 1)..].Trim();
        if (name.Length == 0)
        {
            return Complain("-O needs name=value");
        }

        _options.Add((name, value));
        return true;
    }

    /// <summary>Options of one letter, as <c>-oi</c> and <c>-odb</c>.</summary>
    private bool ShortOption(string argument)
    {
        if (argument.StartsWith('i'))
        {
            _result = _result with { IgnoresDots = true };
        }
        else if (argument.StartsWith('v'))
        {
            _result = _result with { IsVerbose = true };
        }

        return true;
    }

    private SendmailArguments Finish()
    {
        bool ignoresDots = _options.Exists(static o =>
            o.Name.Equals("IgnoreDots", StringComparison.OrdinalIgnoreCase) && !o.Value.StartsWith('f'));
        return _result with
        {
            Debug = _debug,
            Options = _options,
            QueueRun = _queueRun is null ? null : _queueRun with { Filters = _filters },
            IgnoresDots = _result.IgnoresDots || ignoresDots,
        };
    }

    private bool Complain(string text)
    {
        _error.WriteLine($"{_program}: {text}");
        return false;
    }

    /// <summary>RFC 3461 §4.</summary>
    private static string ToXtext(string text)
    {
        var xtext = new StringBuilder();
        foreach (byte octet in Encoding.UTF8.GetBytes(text))
        {
            _ = octet is > (byte)' ' and <= (byte)'~' and not (byte)'+' and not (byte)'='
                ? xtext.Append((char)octet)
                : xtext.Append('+').Append(octet.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        }

        return xtext.ToString();
    }
}
