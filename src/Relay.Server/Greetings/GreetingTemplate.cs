using System.Buffers;
using Relay.Smtp;
using Relay.Smtp.Replies;

namespace Relay.Server.Greetings;

/// <summary>
/// The greeting (Sendmail: SmtpGreetingMessage, confSMTP_LOGIN_MSG): a text with macros, evaluated per connection. The
/// word ESMTP comes behind the first word of the first line; each line of the text is one of the reply. Immutable.
/// </summary>
internal sealed class GreetingTemplate
{
    private const int LengthMax = 2048;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create(string.Concat(Enumerable.Range(' ', '~' - ' ' + 1).Select(static c => (char)c)) + '\n');

    private readonly MacroToken[] _tokens;

    /// <exception cref="FormatException">The text's macros make no sense.</exception>
    public GreetingTemplate(string text)
    {
        if (text.Length > LengthMax / 2 || text.AsSpan().ContainsAnyExcept(Allowed))
        {
            throw new FormatException("the greeting is printable ASCII with line feeds, at most 1024 characters");
        }

        _tokens = new MacroCompiler(text).Compile();
    }

    /// <summary>Writes the greeting as a 220 reply.</summary>
    public void Write(IBufferWriter<byte> output, in GreetingContext context)
    {
        ReplyCounts.Count("220"u8);
        Span<byte> buffer = stackalloc byte[LengthMax];
        ReadOnlySpan<byte> text = buffer[..Expand(buffer, context)].Trim("\n"u8);
        bool first = true;
        while (true)
        {
            int end = text.IndexOf((byte)'\n');
            WriteLine(output, end < 0 ? text : text[..end], first, last: end < 0);
            if (end < 0)
            {
                return;
            }

            first = false;
            text = text[(end + 1)..];
        }
    }

    private static void WriteLine(IBufferWriter<byte> output, ReadOnlySpan<byte> text, bool first, bool last)
    {
        Span<byte> line = stackalloc byte[SmtpLimits.ReplyLineMax];
        "220 "u8.CopyTo(line);
        line[3] = last ? (byte)' ' : (byte)'-';
        int length = 4;
        if (first)
        {
            int word = text.IndexOf((byte)' ');
            length += Append(word < 0 ? text : text[..word], line[length..]);
            length += Append(" ESMTP"u8, line[length..]);
            text = word < 0 ? default : text[word..];
        }

        length += Append(text, line[length..]);
        ReplyWriter.WriteLine(output, line[..length]);
    }

    private int Expand(Span<byte> buffer, in GreetingContext context)
    {
        int length = 0;
        for (int at = 0; at < _tokens.Length;)
        {
            MacroToken token = _tokens[at++];
            if (token.Jump < 0)
            {
                at = ~token.Jump;
            }
            else if (token.Jump > 0)
            {
                at = context.ValueOf(token.Macro).IsEmpty ? token.Jump : at;
            }
            else if (token.Macro == Macro.Date)
            {
                // Sendmail writes the day without a leading zero.
                ReadOnlySpan<byte> date = context.Date;
                length += Append(date[..5], buffer[length..]);
                length += Append(date[(date[5] == (byte)'0' ? 6 : 5)..], buffer[length..]);
            }
            else
            {
                length += Append(token.Literal ?? context.ValueOf(token.Macro), buffer[length..]);
            }
        }

        return length;
    }

    /// <summary>Copies what fits.</summary>
    private static int Append(ReadOnlySpan<byte> octets, Span<byte> destination)
    {
        int length = Math.Min(octets.Length, destination.Length);
        octets[..length].CopyTo(destination);
        return length;
    }
}
