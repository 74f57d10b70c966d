using System.Buffers.Text;
using System.Text;
using Relay.Tables.Authentication;

namespace Relay.Tables.Access;

/// <summary>The right-hand side of an access entry, parsed. Immutable; views the table's text.</summary>
/// <param name="Kind">What it says.</param>
/// <param name="Text">The reason of a quarantine, or the whole value of <see cref="AccessValueKind.Raw"/>.</param>
/// <param name="Reply">The refusal of <see cref="AccessValueKind.Error"/>.</param>
/// <param name="Number">Milliseconds of GreetPause, connections of ClientRate and ClientConn.</param>
public readonly record struct AccessValue(
    AccessValueKind Kind, ReadOnlyMemory<byte> Text = default, TableReply Reply = default, long Number = 0)
{
    private const string Expected =
        "OK, RELAY, REJECT, DISCARD, SKIP, QUARANTINE:reason, ERROR:550 text, ERROR:D.S.N:550 text";

    private static ReadOnlySpan<byte> QuarantinePrefix => "QUARANTINE:"u8;

    private static ReadOnlySpan<byte> ErrorPrefix => "ERROR:"u8;

    /// <summary>Parses a value; allocates only where something is wrong.</summary>
    /// <param name="tag">The key's tag, which says what values there are.</param>
    /// <param name="value">Octets of the table, without surrounding white space; the result keeps them.</param>
    /// <param name="warning">What the entry does beside what its author may have meant; null if nothing.</param>
    /// <param name="error">Why there is no such value.</param>
    public static bool TryParse(
        AccessTag tag, ReadOnlyMemory<byte> value, out AccessValue parsed, out string? warning, out string error)
    {
        warning = null;
        error = string.Empty;
        if (tag.HasNumber())
        {
            return TryNumber(value.Span, out parsed, out error);
        }

        if (tag == AccessTag.AuthInfo)
        {
            parsed = new AccessValue(AccessValueKind.Raw, value);
            return AuthInfoEntry.TryParse(value.Span, out _, out error);
        }

        if (tag is AccessTag.CertIssuer or AccessTag.CertSubject)
        {
            AccessValueKind kind = Keyword(tag, value.Span);
            parsed = kind == AccessValueKind.None
                ? new AccessValue(AccessValueKind.Raw, value)
                : new AccessValue(kind);
            return true;
        }

        if (tag is AccessTag.TlsSrv or AccessTag.TlsClt or AccessTag.TlsRcpt)
        {
            bool isSkip = Ascii.EqualsIgnoreCase(value.Span, "SKIP"u8);
            parsed = isSkip ? new AccessValue(AccessValueKind.Skip) : new AccessValue(AccessValueKind.Raw, value);
            bool isRequirement = isSkip || TlsRequirement.TryParse(value.Span, out _);
            error = isRequirement
                ? string.Empty
                : $"{Show(value.Span)} asks nothing of TLS; expected {TlsRequirement.Expected}";
            return isRequirement;
        }

        if (!tag.HasVerdict())
        {
            parsed = new AccessValue(AccessValueKind.Raw, value);
            return true;
        }

        return TryVerdict(tag, value, out parsed, out warning, out error);
    }

    private static bool TryNumber(ReadOnlySpan<byte> value, out AccessValue parsed, out string error)
    {
        bool isNumber = Utf8Parser.TryParse(value, out long number, out int used) && used == value.Length
            && number >= 0 && value[0] != (byte)'+';
        parsed = isNumber ? new AccessValue(AccessValueKind.Number, Number: number) : default;
        error = isNumber ? string.Empty : $"{Show(value)} is not a number of 0 or more";
        return isNumber;
    }

    private static bool TryVerdict(
        AccessTag tag, ReadOnlyMemory<byte> value, out AccessValue parsed, out string? warning, out string error)
    {
        warning = null;
        error = string.Empty;
        parsed = default;
        ReadOnlySpan<byte> span = value.Span;
        AccessValueKind kind = Keyword(tag, span);
        if (kind != AccessValueKind.None)
        {
            parsed = new AccessValue(kind);
            return true;
        }

        if (StartsWith(span, QuarantinePrefix))
        {
            ReadOnlyMemory<byte> reason = value[QuarantinePrefix.Length..].Trim(" \t"u8);
            parsed = new AccessValue(AccessValueKind.Quarantine, reason);
            error = reason.IsEmpty ? "QUARANTINE: has no reason behind it" : string.Empty;
            return !reason.IsEmpty;
        }

        if (StartsWith(span, ErrorPrefix))
        {
            value = value[ErrorPrefix.Length..].Trim(" \t"u8);
            error = $"{Show(span)} has no text behind the colon";
            return !value.IsEmpty && TryReply(value, out parsed, out warning, out error);
        }

        return TableReply.BeginsWithCode(span)
            ? TryReply(value, out parsed, out warning, out error)
            : TryWords(tag, value, out parsed, out warning, out error);
    }

    private static bool TryReply(
        ReadOnlyMemory<byte> value, out AccessValue parsed, out string? warning, out string error)
    {
        bool isReply = TableReply.TryParse(value, keywords: false, out TableReply reply, out error);
        parsed = new AccessValue(AccessValueKind.Error, Reply: reply);
        warning = !isReply ? null
            : !reply.HasCode ? $"the text has no reply code: it refuses with {reply.Code}"
            : reply.Text.IsEmpty ? "the reply code has no text behind it"
            : (reply.Code / 100) + '0' != reply.Status.Span[0]
                ? $"the reply code {reply.Code} and the status {Encoding.ASCII.GetString(reply.Status.Span)} differ "
                    + "in kind"
            : null;
        return isReply;
    }

    /// <summary>
    /// Something else than the forms above. One keyword repeated is that keyword; a text of several words refuses with
    /// 553, as in Sendmail; one unknown word (<c>ACCEPT</c>), which would silently refuse all mail, is an error.
    /// </summary>
    private static bool TryWords(
        AccessTag tag, ReadOnlyMemory<byte> value, out AccessValue parsed, out string? warning, out string error)
    {
        warning = null;
        error = string.Empty;
        parsed = default;
        ReadOnlySpan<byte> span = value.Span;
        int blank = span.IndexOfAny((byte)' ', (byte)'\t');
        AccessValueKind first = Keyword(tag, blank < 0 ? span : span[..blank]);
        if (blank < 0 || first != AccessValueKind.None)
        {
            if (first != AccessValueKind.None && IsRepeated(tag, first, span[blank..]))
            {
                parsed = new AccessValue(first);
                warning = $"{Show(span)} is taken as the one keyword that it repeats";
                return true;
            }

            string hint = Ascii.EqualsIgnoreCase(span, "ACCEPT"u8) ? " (the word for accepting is OK)" : string.Empty;
            error = $"unknown value {Show(span)}{hint}; expected {Expected}";
            return false;
        }

        return TryReply(value, out parsed, out warning, out error);
    }

    private static bool IsRepeated(AccessTag tag, AccessValueKind kind, ReadOnlySpan<byte> rest)
    {
        rest = rest.TrimStart(" \t"u8);
        while (!rest.IsEmpty)
        {
            int end = rest.IndexOfAny((byte)' ', (byte)'\t');
            end = end < 0 ? rest.Length : end;
            if (Keyword(tag, rest[..end]) != kind)
            {
                return false;
            }

            rest = rest[end..].TrimStart(" \t"u8);
        }

        return true;
    }

    private static AccessValueKind Keyword(AccessTag tag, ReadOnlySpan<byte> word)
    {
        AccessValueKind kind = word.Length switch
        {
            2 when Ascii.EqualsIgnoreCase(word, "OK"u8) => AccessValueKind.Ok,
            4 when Ascii.EqualsIgnoreCase(word, "SKIP"u8) => AccessValueKind.Skip,
            5 when Ascii.EqualsIgnoreCase(word, "RELAY"u8) => AccessValueKind.Relay,
            5 when Ascii.EqualsIgnoreCase(word, "HATER"u8) => AccessValueKind.Hater,
            6 when Ascii.EqualsIgnoreCase(word, "REJECT"u8) => AccessValueKind.Reject,
            6 when Ascii.EqualsIgnoreCase(word, "FRIEND"u8) => AccessValueKind.Friend,
            7 when Ascii.EqualsIgnoreCase(word, "DISCARD"u8) => AccessValueKind.Discard,
            7 when Ascii.EqualsIgnoreCase(word, "SUBJECT"u8) => AccessValueKind.Subject,
            _ => AccessValueKind.None,
        };
        bool isOfTag = kind switch
        {
            AccessValueKind.Friend or AccessValueKind.Hater => tag is AccessTag.Spam,
            AccessValueKind.Subject => tag is AccessTag.CertIssuer,
            _ => true,
        };
        return isOfTag ? kind : AccessValueKind.None;
    }

    private static bool StartsWith(ReadOnlySpan<byte> value, ReadOnlySpan<byte> prefix) =>
        value.Length >= prefix.Length && Ascii.EqualsIgnoreCase(value[..prefix.Length], prefix);

    private static string Show(ReadOnlySpan<byte> value) => $"\"{Encoding.UTF8.GetString(value)}\"";
}
