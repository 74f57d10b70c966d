using System.Buffers;
using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Relay.Tls;

/// <summary>
/// Distinguished names as Sendmail prints them: <c>/C=US/O=Example/CN=name</c> in the certificate's order, what is not
/// printable or one of <c>&lt; &gt; ( ) " +</c> and space as <c>+XX</c>. (Sendmail: cf/README, STARTTLS.)
/// </summary>
public static class DistinguishedName
{
    private static readonly SearchValues<byte> Encoded = SearchValues.Create("<>()\"+ "u8);

    public static string Write(X500DistinguishedName name)
    {
        var text = new StringBuilder();
        foreach (X500RelativeDistinguishedName part in Parts(name))
        {
            if (part.HasMultipleElements)
            {
                text.Append("/?=").Append(Convert.ToHexString(part.RawData.Span)); // like no other name
            }
            else
            {
                Append(text.Append('/').Append(ShortName(part)).Append('='), Value(part));
            }
        }

        return text.ToString();
    }

    /// <summary>The last CN, encoded; empty if there is none.</summary>
    public static string CommonName(X500DistinguishedName name)
    {
        string found = string.Empty;
        foreach (X500RelativeDistinguishedName part in Parts(name))
        {
            found = !part.HasMultipleElements && part.GetSingleElementType().Value == "2.5.4.3" ? Value(part) : found;
        }

        return Append(new StringBuilder(), found).ToString();
    }

    private static IEnumerable<X500RelativeDistinguishedName> Parts(X500DistinguishedName name)
    {
        try
        {
            return name.EnumerateRelativeDistinguishedNames(reversed: false);
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return []; // the peer chose the octets
        }
    }

    private static string Value(X500RelativeDistinguishedName part)
    {
        try
        {
            return part.GetSingleElementValue() ?? string.Empty;
        }
        catch (Exception exception) when (exception
            is System.Security.Cryptography.CryptographicException or AsnContentException or InvalidOperationException)
        {
            return string.Empty;
        }
    }

    /// <summary>OpenSSL's short names, which Sendmail prints.</summary>
    private static string ShortName(X500RelativeDistinguishedName part) => part.GetSingleElementType().Value switch
    {
        "2.5.4.3" => "CN",
        "2.5.4.4" => "SN",
        "2.5.4.5" => "serialNumber",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.9" => "street",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "2.5.4.12" => "title",
        "2.5.4.42" => "GN",
        "1.2.840.113549.1.9.1" => "emailAddress",
        "0.9.2342.19200300.100.1.1" => "UID",
        "0.9.2342.19200300.100.1.25" => "DC",
        { } other => other,
        null => "?",
    };

    private static StringBuilder Append(StringBuilder text, string value)
    {
        foreach (byte octet in Encoding.UTF8.GetBytes(value))
        {
            if (octet is > (byte)' ' and <= (byte)'~' && !Encoded.Contains(octet))
            {
                text.Append((char)octet);
            }
            else
            {
                text.Append('+').Append(octet.ToString("X2"));
            }
        }

        return text;
    }
}
