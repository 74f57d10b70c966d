namespace Relay.Tls;

/// <summary>The words of <c>${verify}</c>.</summary>
public static class TlsVerificationText
{
    public static string Text(this TlsVerification verification) => verification switch
    {
        TlsVerification.Ok => "OK",
        TlsVerification.No => "NO",
        TlsVerification.Not => "NOT",
        TlsVerification.Fail => "FAIL",
        TlsVerification.Temp => "TEMP",
        TlsVerification.Protocol => "PROTOCOL",
        TlsVerification.Software => "SOFTWARE",
        TlsVerification.Clear => "CLEAR",
        _ => "NONE",
    };
}
