using System.Text;

namespace Relay.Server.Greetings;

/// <summary>
/// Compiles a text with Sendmail's macros: <c>$x</c>, <c>${name}</c>, <c>$&amp;x</c>, <c>$$</c>, and conditionals
/// <c>$?x A $| B $.</c>, which nest.
/// </summary>
internal ref struct MacroCompiler(string text)
{
    private readonly string _text = text;
    private readonly List<MacroToken> _tokens = [];
    private readonly StringBuilder _literal = new();
    private readonly Stack<(int At, bool HasElse)> _open = new();
    private int _at;

    /// <exception cref="FormatException">A conditional is not closed or a macro has no name.</exception>
    public MacroToken[] Compile()
    {
        while (_at < _text.Length)
        {
            char c = _text[_at++];
            if (c != '$')
            {
                _literal.Append(c);
                continue;
            }

            switch (Next("a macro's name is missing behind the last $"))
            {
                case '$':
                    _literal.Append('$');
                    break;
                case '?':
                    EndLiteral();
                    _open.Push((_tokens.Count, false));
                    _tokens.Add(MacroToken.JumpUnless(ReadName(Next("$? needs a macro's name")), 0));
                    break;
                case '|':
                    Else();
                    break;
                case '.':
                    End();
                    break;
                case '&':
                    EndLiteral();
                    _tokens.Add(MacroToken.Of(ReadName(Next("$& needs a macro's name"))));
                    break;
                case var name:
                    EndLiteral();
                    _tokens.Add(MacroToken.Of(ReadName(name)));
                    break;
            }
        }

        EndLiteral();
        return _open.Count == 0 ? [.. _tokens] : throw new FormatException("a $? is not closed by $.");
    }

    private char Next(string otherwise) => _at < _text.Length ? _text[_at++] : throw new FormatException(otherwise);

    private Macro ReadName(char first)
    {
        if (first != '{')
        {
            return Recognise(first.ToString());
        }

        int end = _text.IndexOf('}', _at);
        if (end <= _at)
        {
            throw new FormatException("${ needs a macro's name and }");
        }

        string name = _text[_at..end];
        _at = end + 1;
        return Recognise(name);
    }

    private void Else()
    {
        EndLiteral();
        if (!_open.TryPop(out (int At, bool HasElse) open) || open.HasElse)
        {
            throw new FormatException("$| belongs between $? and $.");
        }

        _tokens[open.At] = _tokens[open.At] with { Jump = _tokens.Count + 1 };
        _open.Push((_tokens.Count, true));
        _tokens.Add(default);
    }

    private void End()
    {
        EndLiteral();
        if (!_open.TryPop(out (int At, bool HasElse) open))
        {
            throw new FormatException("$. has no $? before it");
        }

        _tokens[open.At] = open.HasElse
            ? MacroToken.JumpTo(_tokens.Count)
            : _tokens[open.At] with { Jump = _tokens.Count };
    }

    private void EndLiteral()
    {
        if (_literal.Length > 0)
        {
            _tokens.Add(MacroToken.Of(Encoding.ASCII.GetBytes(_literal.ToString())));
            _literal.Clear();
        }
    }

    private static Macro Recognise(string name) => name switch
    {
        "j" => Macro.HostName,
        "w" => Macro.ShortName,
        "m" => Macro.DomainPart,
        "k" => Macro.NodeName,
        "v" or "Z" => Macro.Version,
        "b" => Macro.Date,
        "n" => Macro.MailerDaemon,
        "_" => Macro.Peer,
        "client_addr" => Macro.ClientAddress,
        "client_name" => Macro.ClientName,
        "client_ptr" => Macro.ClientPtr,
        "client_resolve" => Macro.ClientResolve,
        "if_addr" or "if_name" => Macro.InterfaceAddress,
        "daemon_name" => Macro.DaemonName,
        _ => Macro.Empty,
    };
}
