using System.Text.Unicode;

namespace Relay.Smtp.Addressing;

/// <summary>
/// <c>Path = "&lt;" [ A-d-l ":" ] Mailbox "&gt;"</c> and the null path <c>&lt;&gt;</c> (RFC 5321 §4.1.2, 6531 §3.3).
/// A source route is checked and ignored (§3.6.1, Appendix C).
/// </summary>
internal static class PathParser
{
    /// <param name="length">Octets of the path with its brackets; what follows are parameters.</param>
    public static PathStatus Parse(ReadOnlySpan<byte> text, out ParsedPath path, out int length)
    {
        path = default;
        length = 0;
        if (text.IsEmpty || text[0] != (byte)'<')
        {
            return PathStatus.Syntax;
        }

        int start = 1;
        if (text.Length > 1 && text[1] == (byte)'@' && !TrySkipSourceRoute(text, ref start))
        {
            return PathStatus.Syntax;
        }

        int local = LocalPart.Measure(text[start..]);
        int at = start + local;
        if (local < 0 || at >= text.Length)
        {
            return PathStatus.Syntax;
        }

        int end = at;
        if (text[at] == (byte)'@')
        {
            int domain = Domain.Measure(text[(at + 1)..]);
            end = at + 1 + domain;
            if (local == 0 || domain <= 0 || end >= text.Length)
            {
                return PathStatus.Syntax;
            }
        }

        if (text[end] != (byte)'>' || (local == 0 && start > 1))
        {
            return PathStatus.Syntax;
        }

        ReadOnlySpan<byte> mailbox = text[start..end];
        length = end + 1;
        bool utf8 = !System.Text.Ascii.IsValid(mailbox);
        if (utf8 && !Utf8.IsValid(mailbox))
        {
            return PathStatus.Syntax;
        }

        path = new ParsedPath(mailbox, utf8);
        bool tooLong = local > SmtpLimits.LocalPartMax
            || end - at - 1 > SmtpLimits.DomainMax
            || mailbox.Length + 2 > SmtpLimits.PathMax;
        return tooLong ? PathStatus.TooLong
            : end == at && local > 0 ? PathStatus.Unqualified
            : PathStatus.Valid;
    }

    /// <summary><c>A-d-l = At-domain *( "," At-domain )</c>, then a colon.</summary>
    private static bool TrySkipSourceRoute(ReadOnlySpan<byte> text, ref int start)
    {
        int at = 1;
        while (at < text.Length && text[at] == (byte)'@')
        {
            int domain = Domain.Measure(text[(at + 1)..]);
            int end = at + 1 + domain;
            if (domain <= 0 || end >= text.Length)
            {
                return false;
            }

            if (text[end] == (byte)':')
            {
                start = end + 1;
                return true;
            }

            if (text[end] != (byte)',')
            {
                return false;
            }

            at = end + 1;
        }

        return false;
    }
}
