namespace Relay.Tables.Access;

/// <summary>How tags are written and looked up.</summary>
public static class AccessTags
{
    /// <summary>The longest tag with its colon, rounded up.</summary>
    internal const int LengthMax = 16;

    private static readonly byte[][] s_folded =
    [
        [],
        "connect:"u8.ToArray(), "from:"u8.ToArray(), "to:"u8.ToArray(), "spam:"u8.ToArray(), "compat:"u8.ToArray(),
        "greetpause:"u8.ToArray(), "clientrate:"u8.ToArray(), "clientconn:"u8.ToArray(), "authinfo:"u8.ToArray(),
        "tls_srv:"u8.ToArray(), "tls_clt:"u8.ToArray(), "tls_rcpt:"u8.ToArray(), "try_tls:"u8.ToArray(),
        "srv_features:"u8.ToArray(), "clt_features:"u8.ToArray(), "certissuer:"u8.ToArray(),
        "certsubject:"u8.ToArray(), "qgrp:"u8.ToArray(), "sts:"u8.ToArray(),
    ];

    private static readonly string[] s_written =
    [
        string.Empty, "Connect:", "From:", "To:", "Spam:", "Compat:", "GreetPause:", "ClientRate:", "ClientConn:",
        "AuthInfo:", "TLS_Srv:", "TLS_Clt:", "TLS_Rcpt:", "Try_TLS:", "Srv_Features:", "Clt_Features:",
        "CERTISSUER:", "CERTSUBJECT:", "QGRP:", "STS:",
    ];

    /// <summary>The tag as documentation writes it, with its colon; empty for none.</summary>
    public static string Written(this AccessTag tag) => s_written[(int)tag];

    /// <summary>
    /// True for Connect, From and To: each key is looked up with the tag and then without (Sendmail's "+"); false for
    /// the others, which are looked up with the tag only ("!").
    /// </summary>
    public static bool AlsoUntagged(this AccessTag tag) => tag is AccessTag.Connect or AccessTag.From or AccessTag.To;

    /// <summary>The tag as keys hold it: lower case with its colon.</summary>
    internal static ReadOnlySpan<byte> Folded(this AccessTag tag) => s_folded[(int)tag];

    /// <summary>The value is a keyword such as OK or REJECT, or a refusal.</summary>
    internal static bool HasVerdict(this AccessTag tag) => tag is <= AccessTag.Compat;

    /// <summary>The key is a host, an address or a prefix.</summary>
    internal static bool HasHostKey(this AccessTag tag) =>
        tag is <= AccessTag.Spam or (>= AccessTag.GreetPause and <= AccessTag.CltFeatures) or AccessTag.Sts;

    /// <summary>The value is one number.</summary>
    internal static bool HasNumber(this AccessTag tag) =>
        tag is AccessTag.GreetPause or AccessTag.ClientRate or AccessTag.ClientConn;

    /// <summary>A bare <c>Tag:</c> is the default entry of this tag.</summary>
    internal static bool HasDefault(this AccessTag tag) => tag is > AccessTag.Compat;

    /// <summary>
    /// The tag of a folded key and where the rest begins; false if what stands before the colon is none.
    /// </summary>
    internal static bool TryOf(ReadOnlySpan<byte> key, out AccessTag tag, out int length)
    {
        tag = AccessTag.None;
        length = 0;
        int colon = key.IndexOf((byte)':');
        if (colon < 0 || colon >= LengthMax || key.StartsWith(AddressKey.IPv6Prefix) || key[0] == (byte)'[')
        {
            return true;
        }

        length = colon + 1;
        for (int i = 1; i < s_folded.Length; i++)
        {
            if (key[..length].SequenceEqual(s_folded[i]))
            {
                tag = (AccessTag)i;
                return true;
            }
        }

        return false;
    }
}
