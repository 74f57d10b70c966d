namespace Relay.Tables;

/// <summary>
/// A refusal written in a table: <c>550 text</c>, <c>D.S.N:550 text</c>, <c>nouser 550 text</c>… Sendmail: text
/// without a code is <c>553 5.3.0</c>; a code without a status has <c>5.0.0</c> or <c>4.0.0</c>; a status given is sent
/// as it is. Immutable.
/// </summary>
/// <param name="Code">Reply code, 400 to 599.</param>
/// <param name="Status">Enhanced status code (RFC 3463), e.g. <c>5.7.1</c>.</param>
/// <param name="Text">The text as it stands in the table; may be empty.</param>
/// <param name="HasCode">False if the code is not the table's but Sendmail's default.</param>
public readonly record struct TableReply(
    int Code, ReadOnlyMemory<byte> Status, ReadOnlyMemory<byte> Text, bool HasCode)
{
    private static readonly byte[] s_noCode = "5.3.0"u8.ToArray();
    private static readonly byte[] s_permanent = "5.0.0"u8.ToArray();
    private static readonly byte[] s_temporary = "4.0.0"u8.ToArray();
    private static readonly byte[] s_tempfail = "4.3.0"u8.ToArray();

    /// <summary>
    /// The words that op.me gives for exit codes of the error mailer; only <c>tempfail</c> is temporary.
    /// </summary>
    private static readonly string[] s_keywords =
        ["usage", "nouser", "nohost", "unavailable", "software", "tempfail", "protocol", "config"];

    /// <summary>
    /// Reads what stands behind <c>error:</c> or <c>ERROR:</c>, or a bare <c>550 text</c>. A keyword ends at a colon or
    /// a blank, as mailertable and virtusertable have it.
    /// </summary>
    /// <param name="value">Octets of the table, kept by the result.</param>
    /// <param name="keywords">False for access, whose errors have no keywords.</param>
    /// <param name="error">What was found and what was expected, if it cannot be a refusal.</param>
    public static bool TryParse(ReadOnlyMemory<byte> value, bool keywords, out TableReply reply, out string error)
    {
        ReadOnlyMemory<byte> status = TakeStatus(ref value, (byte)':');
        bool isTemporary = keywords && status.IsEmpty && TakeKeyword(ref value);
        value = Unquote(Trim(value));
        error = string.Empty;
        if (!TakeCode(ref value, out int code))
        {
            reply = isTemporary && status.IsEmpty
                ? new TableReply(451, s_tempfail, value, HasCode: false)
                : new TableReply(553, status.IsEmpty ? s_noCode : status, value, HasCode: false);
            return true;
        }

        reply = default;
        if (code is < 400 or > 599)
        {
            error = $"the reply code {code} does not refuse; expected 400 to 599";
            return false;
        }

        ReadOnlyMemory<byte> inText = TakeStatus(ref value, (byte)' ');
        if (status.IsEmpty)
        {
            status = inText.IsEmpty ? (code < 500 ? s_temporary : s_permanent) : inText;
        }

        reply = new TableReply(code, status, Trim(value), HasCode: true);
        return true;
    }

    /// <summary>True if the value begins with three digits and a blank, or is three digits.</summary>
    internal static bool BeginsWithCode(ReadOnlySpan<byte> value) =>
        value.Length >= 3 && !value[..3].ContainsAnyExceptInRange((byte)'0', (byte)'9')
        && (value.Length == 3 || value[3] is (byte)' ' or (byte)'\t');

    private static bool TakeCode(ref ReadOnlyMemory<byte> value, out int code)
    {
        code = 0;
        if (!BeginsWithCode(value.Span))
        {
            return false;
        }

        ReadOnlySpan<byte> digits = value.Span;
        code = ((digits[0] - '0') * 100) + ((digits[1] - '0') * 10) + (digits[2] - '0');
        value = Trim(value[3..]);
        return true;
    }

    private static ReadOnlyMemory<byte> TakeStatus(ref ReadOnlyMemory<byte> value, byte end)
    {
        ReadOnlySpan<byte> span = value.Span;
        int length = span.IndexOf(end);
        if (length < 0 && end == (byte)' ')
        {
            length = span.Length;
        }

        if (length is < 5 or > 9 || span[0] is < (byte)'2' or > (byte)'5' || span[1] != (byte)'.'
            || !IsNumberPair(span[2..length]))
        {
            return default;
        }

        ReadOnlyMemory<byte> status = value[..length];
        value = value[Math.Min(length + 1, value.Length)..];
        return status;
    }

    private static bool IsNumberPair(ReadOnlySpan<byte> text)
    {
        int dot = text.IndexOf((byte)'.');
        return dot is >= 1 and <= 3 && text.Length - dot - 1 is >= 1 and <= 3
            && !text[..dot].ContainsAnyExceptInRange((byte)'0', (byte)'9')
            && !text[(dot + 1)..].ContainsAnyExceptInRange((byte)'0', (byte)'9');
    }

    /// <returns>True if the keyword taken is <c>tempfail</c>.</returns>
    private static bool TakeKeyword(ref ReadOnlyMemory<byte> value)
    {
        ReadOnlySpan<byte> span = value.Span;
        int end = span.IndexOfAny((byte)':', (byte)' ', (byte)'\t');
        ReadOnlySpan<byte> word = end < 0 ? span : span[..end];
        foreach (string keyword in s_keywords)
        {
            if (System.Text.Ascii.EqualsIgnoreCase(word, keyword))
            {
                value = end < 0 ? default : value[(end + 1)..];
                return keyword == "tempfail";
            }
        }

        return false;
    }

    private static ReadOnlyMemory<byte> Unquote(ReadOnlyMemory<byte> value) =>
        value.Span is [(byte)'"', .., (byte)'"'] && value.Span[1..^1].IndexOf((byte)'"') < 0
            ? Trim(value[1..^1])
            : value;

    private static ReadOnlyMemory<byte> Trim(ReadOnlyMemory<byte> value) => value.Trim(" \t"u8);
}
