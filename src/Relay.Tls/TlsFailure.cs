namespace Relay.Tls;

/// <summary>Why a handshake failed: one line, without secrets.</summary>
public static class TlsFailure
{
    private const int LengthMax = 160;

    public static string Text(Exception exception)
    {
        string text = exception.GetBaseException().Message.ReplaceLineEndings(" ").Trim();
        return text.Length <= LengthMax ? text : text[..LengthMax];
    }
}
