namespace Relay.Server.Transactions;

/// <summary>The "with" types of the Received field (RFC 3848; RFC 6531 §4.3 for SMTPUTF8).</summary>
internal static class TransmissionType
{
    public static ReadOnlySpan<byte> Get(bool extended, bool utf8, bool tls, bool authenticated) =>
        (utf8, extended, tls, authenticated) switch
        {
            (true, _, false, false) => "UTF8SMTP"u8,
            (true, _, true, false) => "UTF8SMTPS"u8,
            (true, _, false, true) => "UTF8SMTPA"u8,
            (true, _, true, true) => "UTF8SMTPSA"u8,
            (false, false, _, _) => "SMTP"u8,
            (false, true, false, false) => "ESMTP"u8,
            (false, true, true, false) => "ESMTPS"u8,
            (false, true, false, true) => "ESMTPA"u8,
            (false, true, true, true) => "ESMTPSA"u8,
        };
}
