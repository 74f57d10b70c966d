using System.Buffers.Text;
using System.Text;

namespace Relay.Tables.Access;

/// <summary>
/// What the values of <c>TLS_Srv:</c>, <c>TLS_Clt:</c> and <c>TLS_Rcpt:</c> ask of a connection:
/// <c>[PERM+|TEMP+]VERIFY[:bits]</c> or <c>[PERM+|TEMP+]ENCR:bits</c>, and behind a plus, separated by two,
/// <c>CN[:name]</c>, <c>CS:subject</c>, <c>CI:issuer</c>, <c>CITag:tag</c>. (Sendmail: cf/README, STARTTLS; ruleset
/// TLS_connection.)
/// </summary>
/// <param name="Code">Of the refusal: 503 for PERM, 403 for TEMP, 454 if the value does not say.</param>
/// <param name="NeedsVerification">VERIFY.</param>
/// <param name="Bits">The least length of the key.</param>
/// <param name="CommonName">CN: the name; empty for that of the peer; null if none is asked for.</param>
/// <param name="Subject">CS; null if none is asked for.</param>
/// <param name="Issuer">CI; null if none is asked for.</param>
/// <param name="IssuerTag">CITag: access must have <c>tag:issuer</c> with OK; null if none is asked for.</param>
public sealed record TlsRequirement(
    ushort Code,
    bool NeedsVerification,
    int Bits,
    string? CommonName = null,
    string? Subject = null,
    string? Issuer = null,
    string? IssuerTag = null)
{
    public const string Expected =
        "VERIFY, VERIFY:bits or ENCR:bits, with PERM+ or TEMP+ before it and +CN:name++CS:subject++CI:issuer++CITag:tag "
        + "behind it as wanted, or OK";

    /// <summary>Reads a value.</summary>
    /// <param name="value">The right-hand side.</param>
    /// <param name="requirement">Null for <c>OK</c>, which asks for nothing.</param>
    public static bool TryParse(ReadOnlySpan<byte> value, out TlsRequirement? requirement)
    {
        requirement = null;
        if (Ascii.EqualsIgnoreCase(value, "OK"u8))
        {
            return true;
        }

        ushort code = TakePrefix(ref value, "PERM+"u8) ? (ushort)503
            : TakePrefix(ref value, "TEMP+"u8) ? (ushort)403
            : (ushort)454;
        int plus = value.IndexOf((byte)'+');
        ReadOnlySpan<byte> level = plus < 0 ? value : value[..plus];
        bool verify = TakePrefix(ref level, "VERIFY"u8);
        bool isLevel = verify ? TryBits(level, isOptional: true, out int bits)
            : TryBits(TakePrefix(ref level, "ENCR"u8) ? level : default, isOptional: false, out bits);
        var found = new TlsRequirement(code, verify, bits);
        if (!isLevel || (plus >= 0 && !TryExtensions(Encoding.UTF8.GetString(value[(plus + 1)..]), ref found)))
        {
            return false;
        }

        requirement = found;
        return true;
    }

    private static bool TryBits(ReadOnlySpan<byte> text, bool isOptional, out int bits)
    {
        bits = 0;
        return text.IsEmpty
            ? isOptional
            : text[0] == (byte)':' && Utf8Parser.TryParse(text[1..], out bits, out int used)
                && used == text.Length - 1 && bits is >= 0 and <= 1024;
    }

    private static bool TryExtensions(string text, ref TlsRequirement requirement)
    {
        foreach (string extension in text.Split("++"))
        {
            int colon = extension.IndexOf(':', StringComparison.Ordinal);
            string argument = colon < 0 ? string.Empty : extension[(colon + 1)..];
            switch (colon < 0 ? extension.ToUpperInvariant() : extension[..colon].ToUpperInvariant())
            {
                case "CN":
                    requirement = requirement with { CommonName = argument };
                    break;
                case "CS" when argument.Length > 0:
                    requirement = requirement with { Subject = argument };
                    break;
                case "CI" when argument.Length > 0:
                    requirement = requirement with { Issuer = argument };
                    break;
                case "CITAG" when argument.Length > 0:
                    requirement = requirement with { IssuerTag = argument };
                    break;
                default:
                    return false;
            }
        }

        return true;
    }

    private static bool TakePrefix(ref ReadOnlySpan<byte> value, ReadOnlySpan<byte> prefix)
    {
        bool starts = value.Length >= prefix.Length && Ascii.EqualsIgnoreCase(value[..prefix.Length], prefix);
        value = starts ? value[prefix.Length..] : value;
        return starts;
    }
}
