using System.Buffers;
using System.Text;

namespace Relay.Tables.Aliases;

/// <summary>
/// The right-hand side of an alias and the lines of an included file: addresses separated by commas, white space
/// allowed around them. (Sendmail: aliases(5).)
/// </summary>
internal static class AliasSyntax
{
    private static readonly SearchValues<byte> White = SearchValues.Create(" \t\r\n"u8);

    private static ReadOnlySpan<byte> IncludePrefix => ":include:"u8;

    private static ReadOnlySpan<byte> ErrorPrefix => "error:"u8;

    /// <summary>
    /// Adds the elements of <paramref name="list"/>; what is wrong goes to <paramref name="problems"/>.
    /// </summary>
    /// <returns>False if there is nothing between the commas.</returns>
    public static bool Parse(ReadOnlyMemory<byte> list, int line, ProblemList problems, List<AliasTarget> targets)
    {
        bool hasElements = false;
        int at = 0;
        while (at <= list.Length)
        {
            int end = at + EndOfElement(list.Span[at..]);
            ReadOnlyMemory<byte> element = Trim(list[at..end]);

            // A refusal's text may hold commas: it is the rest of the list.
            if (StartsWith(element.Span, ErrorPrefix))
            {
                targets.Add(new AliasTarget(AliasTargetKind.Error, Trim(list[at..])[ErrorPrefix.Length..]));
                return true;
            }

            if (!element.IsEmpty)
            {
                hasElements = true;
                AddElement(element, line, problems, targets);
            }

            at = end + 1;
        }

        return hasElements;
    }

    /// <summary>The position of the first octet outside quotes, comments and angle brackets.</summary>
    public static int IndexOutside(ReadOnlySpan<byte> text, byte octet)
    {
        bool inQuotes = false;
        int depth = 0;
        for (int i = 0; i < text.Length; i++)
        {
            byte current = text[i];
            if (current == octet && !inQuotes && depth == 0)
            {
                return i;
            }

            switch (current)
            {
                case (byte)'\\':
                    i++;
                    break;
                case (byte)'"':
                    inQuotes = !inQuotes;
                    break;
                case (byte)'(' or (byte)'<' when !inQuotes:
                    depth++;
                    break;
                case (byte)')' or (byte)'>' when !inQuotes && depth > 0:
                    depth--;
                    break;
                default:
                    break;
            }
        }

        return -1;
    }

    private static int EndOfElement(ReadOnlySpan<byte> rest)
    {
        int comma = IndexOutside(rest, (byte)',');
        return comma < 0 ? rest.Length : comma;
    }

    private static void AddElement(
        ReadOnlyMemory<byte> element, int line, ProblemList problems, List<AliasTarget> targets)
    {
        ReadOnlyMemory<byte> inner = Unquote(element);
        ReadOnlySpan<byte> span = inner.Span;
        if (StartsWith(span, IncludePrefix))
        {
            ReadOnlyMemory<byte> path = Trim(inner[IncludePrefix.Length..]);
            if (path.IsEmpty || path.Span[0] != (byte)'/')
            {
                problems.Error(line, $"\"{Text(element)}\": expected :include: and an absolute path");
                return;
            }

            targets.Add(new AliasTarget(AliasTargetKind.Include, path));
        }
        else if (span.SequenceEqual("/dev/null"u8))
        {
            targets.Add(new AliasTarget(AliasTargetKind.Discard, inner));
        }
        else if (!span.IsEmpty && span[0] == (byte)'|')
        {
            problems.Warn(line, $"\"{Text(element)}\": programs are not run; mail for this alias is refused");
            targets.Add(new AliasTarget(AliasTargetKind.Program, Trim(inner[1..])));
        }
        else if (!span.IsEmpty && span[0] == (byte)'/' && !span.Contains((byte)'@'))
        {
            problems.Warn(line, $"\"{Text(element)}\": files are not written; mail for this alias is refused");
            targets.Add(new AliasTarget(AliasTargetKind.File, inner));
        }
        else
        {
            AddAddress(element, line, problems, targets);
        }
    }

    private static void AddAddress(
        ReadOnlyMemory<byte> element, int line, ProblemList problems, List<AliasTarget> targets)
    {
        bool isLiteral = element.Span[0] == (byte)'\\';
        ReadOnlyMemory<byte> address = Trim(WithoutComments(isLiteral ? element[1..] : element));
        int open = IndexOutside(address.Span, (byte)'<');
        if (open >= 0 && address.Span[^1] == (byte)'>')
        {
            address = Trim(address[(open + 1)..^1]);
        }

        if (address.IsEmpty || HasBlank(address.Span) || address.Span[^1] == (byte)'@')
        {
            problems.Error(line, $"\"{Text(element)}\" is not an address; expected addresses separated by commas");
            return;
        }

        targets.Add(new AliasTarget(isLiteral ? AliasTargetKind.Literal : AliasTargetKind.Address, address));
    }

    private static bool HasBlank(ReadOnlySpan<byte> address) =>
        IndexOutside(address, (byte)' ') >= 0 || IndexOutside(address, (byte)'\t') >= 0
        || address.IndexOfAny((byte)'\r', (byte)'\n') >= 0;

    private static ReadOnlyMemory<byte> WithoutComments(ReadOnlyMemory<byte> element)
    {
        if (IndexOutside(element.Span, (byte)'(') < 0)
        {
            return element;
        }

        var kept = new List<byte>(element.Length);
        int depth = 0;
        bool inQuotes = false;
        foreach (byte octet in element.Span)
        {
            inQuotes ^= octet == (byte)'"' && depth == 0;
            depth += octet == (byte)'(' && !inQuotes ? 1 : 0;
            if (depth == 0)
            {
                kept.Add(octet);
            }

            depth -= octet == (byte)')' && depth > 0 ? 1 : 0;
        }

        return kept.ToArray();
    }

    /// <summary>What stands between quotes if they enclose the whole element and it is no address.</summary>
    private static ReadOnlyMemory<byte> Unquote(ReadOnlyMemory<byte> element)
    {
        if (element.Span is not [(byte)'"', (byte)'|' or (byte)'/' or (byte)':', .., (byte)'"'])
        {
            return element;
        }

        ReadOnlyMemory<byte> inner = element[1..^1];
        return inner.Span.Contains((byte)'\\')
            ? Encoding.UTF8.GetBytes(
                Encoding.UTF8.GetString(inner.Span).Replace("\\\"", "\"", StringComparison.Ordinal))
            : inner;
    }

    private static ReadOnlyMemory<byte> Trim(ReadOnlyMemory<byte> text)
    {
        int start = text.Span.IndexOfAnyExcept(White);
        return start < 0 ? default : text[start..(text.Span.LastIndexOfAnyExcept(White) + 1)];
    }

    private static bool StartsWith(ReadOnlySpan<byte> text, ReadOnlySpan<byte> prefix) =>
        text.Length >= prefix.Length && Ascii.EqualsIgnoreCase(text[..prefix.Length], prefix);

    private static string Text(ReadOnlyMemory<byte> text) => Encoding.UTF8.GetString(text.Span);
}
