namespace Relay.Logging;

/// <summary>
/// A reply taken apart: <c>250 2.0.0 OK</c> is 250, <c>2.0.0</c> and <c>OK</c>; each part may be absent.
/// </summary>
internal readonly ref struct ReplyParts
{
    private ReplyParts(int code, ReadOnlySpan<byte> status, ReadOnlySpan<byte> text)
    {
        Code = code;
        Status = status;
        Text = text;
    }

    /// <summary>0 if there is none: the text is our own.</summary>
    public int Code { get; }

    /// <summary>The enhanced status code (RFC 3463); empty if there is none.</summary>
    public ReadOnlySpan<byte> Status { get; }

    public ReadOnlySpan<byte> Text { get; }

    public static ReplyParts Of(ReadOnlySpan<byte> reply)
    {
        int code = 0;
        if (reply.Length >= 3 && reply[0] is >= (byte)'2' and <= (byte)'5'
            && !reply[1..3].ContainsAnyExceptInRange((byte)'0', (byte)'9')
            && (reply.Length == 3 || reply[3] is (byte)' ' or (byte)'-'))
        {
            code = ((reply[0] - '0') * 100) + ((reply[1] - '0') * 10) + (reply[2] - '0');
            reply = reply.Length == 3 ? default : reply[4..];
        }

        int length = StatusLength(reply);
        return length == 0
            ? new ReplyParts(code, default, reply)
            : new ReplyParts(code, reply[..length], length == reply.Length ? default : reply[(length + 1)..]);
    }

    /// <summary>
    /// class "." subject "." detail, of at most 1, 3 and 3 digits (RFC 3463 §2), and a space or the end.
    /// </summary>
    private static int StatusLength(ReadOnlySpan<byte> reply)
    {
        if (reply.Length < 5 || reply[0] is not ((byte)'2' or (byte)'4' or (byte)'5') || reply[1] != '.')
        {
            return 0;
        }

        int subject = Digits(reply[2..]);
        int dot = 2 + subject;
        if (subject == 0 || dot >= reply.Length || reply[dot] != '.')
        {
            return 0;
        }

        int detail = Digits(reply[(dot + 1)..]);
        int end = dot + 1 + detail;
        return detail > 0 && (end == reply.Length || reply[end] == ' ') ? end : 0;
    }

    private static int Digits(ReadOnlySpan<byte> octets)
    {
        int count = octets.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        count = count < 0 ? octets.Length : count;
        return count > 3 ? 0 : count;
    }
}
