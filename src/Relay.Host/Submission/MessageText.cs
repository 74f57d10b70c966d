using System.Text;

namespace Relay.Host.Submission;

/// <summary>
/// A message split into its header fields and its body, as Sendmail reads local mail: a first line <c>From …</c> of a
/// mailbox is dropped, the header ends at an empty line or at the first line that is no field. Views of the content.
/// </summary>
internal sealed class MessageText
{
    private MessageText(List<HeaderField> fields, ReadOnlyMemory<byte> body)
    {
        Fields = fields;
        Body = body;
    }

    public IReadOnlyList<HeaderField> Fields { get; }

    /// <summary>Behind the empty line.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>It is resent (RFC 5322 §3.6.6): the fields that count begin with Resent-.</summary>
    public bool IsResent => Fields.Any(
        static f => Ascii.EqualsIgnoreCase(f.Name[..Math.Min(7, f.NameLength)], "Resent-"u8));

    public static MessageText Parse(ReadOnlyMemory<byte> content)
    {
        var fields = new List<HeaderField>();
        int at = content.Span.StartsWith("From "u8) ? EndOfLine(content.Span, 0) : 0;
        while (at < content.Length)
        {
            ReadOnlySpan<byte> rest = content.Span[at..];
            if (rest[0] is (byte)'\n' or (byte)'\r')
            {
                at = EndOfLine(content.Span, at);
                break;
            }

            int name = NameLength(rest);
            if (name == 0)
            {
                break; // no field: the body begins without an empty line
            }

            int end = EndOfLine(content.Span, at);
            while (end < content.Length && content.Span[end] is (byte)' ' or (byte)'\t')
            {
                end = EndOfLine(content.Span, end);
            }

            fields.Add(new HeaderField(content[at..end], name));
            at = end;
        }

        return new MessageText(fields, content[at..]);
    }

    public bool Has(ReadOnlySpan<byte> name)
    {
        foreach (HeaderField field in Fields)
        {
            if (field.Is(name))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Behind the line's LF, or the end.</summary>
    private static int EndOfLine(ReadOnlySpan<byte> content, int at)
    {
        int lineFeed = content[at..].IndexOf((byte)'\n');
        return lineFeed < 0 ? content.Length : at + lineFeed + 1;
    }

    /// <summary>RFC 5322 §2.2: printable ASCII without a colon; blanks before the colon are borne (§4.5).</summary>
    private static int NameLength(ReadOnlySpan<byte> line)
    {
        int length = 0;
        while (length < line.Length && line[length] is > (byte)' ' and < 0x7F and not (byte)':')
        {
            length++;
        }

        int colon = length;
        while (colon < line.Length && line[colon] is (byte)' ' or (byte)'\t')
        {
            colon++;
        }

        return colon < line.Length && line[colon] == ':' ? length : 0;
    }
}
