using System.Buffers;
using System.Globalization;
using System.Text;

namespace Relay.Host.Tables;

/// <summary>
/// The one form in which domains are compared: lower case, international labels as A-labels (RFC 5890).
/// </summary>
internal static class DomainName
{
    /// <summary>RFC 5321 §4.5.3.1.2.</summary>
    public const int LengthMax = 255;

    private const int LabelLengthMax = 63;

    private static readonly SearchValues<char> LabelCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_");

    private static readonly IdnMapping Idn = new() { AllowUnassigned = true };

    /// <summary>
    /// Folds a domain of an address into <paramref name="scratch"/> (at least <see cref="LengthMax"/> octets) and
    /// returns
    /// the folded part; empty if it cannot be in any table. Allocates only for international labels.
    /// </summary>
    public static ReadOnlySpan<byte> Fold(ReadOnlySpan<byte> domain, Span<byte> scratch)
    {
        if (domain.Length > LengthMax)
        {
            return default;
        }

        if (Ascii.IsValid(domain))
        {
            Ascii.ToLower(domain, scratch, out int written);
            return scratch[..written];
        }

        if (!TryToAscii(Encoding.UTF8.GetString(domain), out string ascii) || ascii.Length > LengthMax)
        {
            return default;
        }

        return scratch[..Encoding.ASCII.GetBytes(ascii, scratch)];
    }

    /// <summary>Checks and folds a domain of a table or an option.</summary>
    public static bool TryNormalize(string text, out string domain)
    {
        if (!TryToAscii(text, out domain) || domain.Length is 0 or > LengthMax)
        {
            return false;
        }

        foreach (Range range in domain.AsSpan().Split('.'))
        {
            ReadOnlySpan<char> label = domain.AsSpan()[range];
            if (label.Length is 0 or > LabelLengthMax || label[0] == '-' || label[^1] == '-'
                || label.ContainsAnyExcept(LabelCharacters))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryToAscii(string text, out string ascii)
    {
        ascii = text.ToLowerInvariant();
        if (Ascii.IsValid(ascii))
        {
            return true;
        }

        try
        {
            ascii = Idn.GetAscii(ascii.Normalize(NormalizationForm.FormC)).ToLowerInvariant();
            return true;
        }
        catch (ArgumentException)
        {
            ascii = string.Empty;
            return false;
        }
    }
}
