using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Relay.Smtp.Replies;

/// <summary>What a server's answer to EHLO offers (RFC 5321 §4.1.1.1). Unknown keywords are ignored.</summary>
/// <param name="SizeLimit">SIZE in octets; 0 if not limited (RFC 1870 §4).</param>
/// <param name="RecipientLimit">LIMITS RCPTMAX (RFC 9422 §3.2); 0 if not told.</param>
public readonly record struct EhloResponse(EhloKeywords Keywords, long SizeLimit, int RecipientLimit)
{
    private const int LineHeadMax = 256;

    /// <summary>AUTH's mechanisms with blanks between them (RFC 4954 §3); null if it is not offered.</summary>
    public string? AuthMechanisms { get; init; }

    public bool Offers(EhloKeywords keyword) => (Keywords & keyword) == keyword;

    /// <summary>Reads a positive answer; its first line is the greeting.</summary>
    public static EhloResponse Parse(in RemoteReply reply)
    {
        EhloKeywords keywords = EhloKeywords.None;
        long sizeLimit = 0;
        int recipientLimit = 0;
        string? mechanisms = null;
        Span<byte> scratch = stackalloc byte[LineHeadMax];
        bool first = true;
        foreach (ReadOnlySequence<byte> line in reply)
        {
            if (first)
            {
                first = false;
                continue;
            }

            int length = (int)Math.Min(line.Length, LineHeadMax);
            line.Slice(0, length).CopyTo(scratch);
            ReadOnlySpan<byte> text = scratch[..length].Trim(" \t"u8);
            int end = text.IndexOfAny((byte)' ', (byte)'=');
            EhloKeywords keyword = Recognise(end < 0 ? text : text[..end]);
            ReadOnlySpan<byte> parameters = end < 0 ? default : text[(end + 1)..];
            keywords |= keyword;
            if (keyword == EhloKeywords.Size)
            {
                bool valid = Utf8Parser.TryParse(parameters, out long limit, out _) && limit >= 0;
                sizeLimit = valid ? limit : 0;
            }
            else if (keyword == EhloKeywords.Limits)
            {
                recipientLimit = ParseRecipientLimit(parameters);
            }
            else if (keyword == EhloKeywords.Auth)
            {
                // Once per connection. Old servers write AUTH=, and some both forms.
                mechanisms = $"{mechanisms} {Encoding.ASCII.GetString(parameters)}".Trim();
            }
        }

        return new EhloResponse(keywords, sizeLimit, recipientLimit) { AuthMechanisms = mechanisms };
    }

    private static int ParseRecipientLimit(ReadOnlySpan<byte> parameters)
    {
        foreach (Range range in parameters.Split((byte)' '))
        {
            ReadOnlySpan<byte> limit = parameters[range];
            if (limit.Length > 8
                && Ascii.EqualsIgnoreCase(limit[..8], "RCPTMAX="u8)
                && Utf8Parser.TryParse(limit[8..], out int recipients, out int used)
                && used == limit.Length - 8
                && recipients > 0)
            {
                return recipients;
            }
        }

        return 0;
    }

    private static EhloKeywords Recognise(ReadOnlySpan<byte> keyword)
    {
        return keyword.Length switch
        {
            3 => Is(keyword, "DSN"u8, EhloKeywords.Dsn),
            4 => Is(keyword, "SIZE"u8, EhloKeywords.Size)
                | Is(keyword, "AUTH"u8, EhloKeywords.Auth)
                | Is(keyword, "ETRN"u8, EhloKeywords.Etrn),
            6 => Is(keyword, "LIMITS"u8, EhloKeywords.Limits),
            8 => Is(keyword, "8BITMIME"u8, EhloKeywords.EightBitMime)
                | Is(keyword, "SMTPUTF8"u8, EhloKeywords.SmtpUtf8)
                | Is(keyword, "CHUNKING"u8, EhloKeywords.Chunking)
                | Is(keyword, "STARTTLS"u8, EhloKeywords.StartTls),
            10 => Is(keyword, "PIPELINING"u8, EhloKeywords.Pipelining)
                | Is(keyword, "BINARYMIME"u8, EhloKeywords.BinaryMime),
            19 => Is(keyword, "ENHANCEDSTATUSCODES"u8, EhloKeywords.EnhancedStatusCodes),
            _ => EhloKeywords.None,
        };

        static EhloKeywords Is(ReadOnlySpan<byte> keyword, ReadOnlySpan<byte> name, EhloKeywords value) =>
            Ascii.EqualsIgnoreCase(keyword, name) ? value : EhloKeywords.None;
    }
}
