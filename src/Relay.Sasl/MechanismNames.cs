using System.Text;

namespace Relay.Sasl;

/// <summary>Mechanisms by their registered names, which are compared in any case. Stateless.</summary>
public static class MechanismNames
{
    /// <summary>The strongest first: the order in which a client chooses.</summary>
    private static readonly (SaslMechanisms Mechanism, string Name)[] Known =
    [
        (SaslMechanisms.External, "EXTERNAL"),
        (SaslMechanisms.OAuthBearer, "OAUTHBEARER"),
        (SaslMechanisms.XOAuth2, "XOAUTH2"),
        (SaslMechanisms.ScramSha256, "SCRAM-SHA-256"),
        (SaslMechanisms.CramMd5, "CRAM-MD5"),
        (SaslMechanisms.Plain, "PLAIN"),
        (SaslMechanisms.Login, "LOGIN"),
    ];

    /// <summary>All that there are, the strongest first.</summary>
    public static IEnumerable<SaslMechanisms> ByStrength => Known.Select(static k => k.Mechanism);

    /// <summary>The registered name of one mechanism.</summary>
    public static string Of(SaslMechanisms mechanism) => Array.Find(Known, k => k.Mechanism == mechanism).Name;

    /// <summary>The mechanism of a name; None for one that is not known.</summary>
    public static SaslMechanisms Parse(ReadOnlySpan<byte> name)
    {
        foreach ((SaslMechanisms mechanism, string known) in Known)
        {
            if (Ascii.EqualsIgnoreCase(name, known))
            {
                return mechanism;
            }
        }

        return SaslMechanisms.None;
    }

    /// <summary>All known mechanisms of a list that blanks separate; the unknown are left out.</summary>
    public static SaslMechanisms ParseList(ReadOnlySpan<byte> names)
    {
        SaslMechanisms mechanisms = SaslMechanisms.None;
        foreach (Range range in names.Split((byte)' '))
        {
            mechanisms |= Parse(names[range].Trim(" \t\r\n"u8));
        }

        return mechanisms;
    }

    /// <summary>The names with blanks between them, the strongest first.</summary>
    public static string Write(SaslMechanisms mechanisms) =>
        string.Join(' ', Known.Where(k => (mechanisms & k.Mechanism) != 0).Select(static k => k.Name));
}
