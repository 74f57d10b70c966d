namespace Relay.Delivery.Tls;

/// <summary>Why a connection is not good enough. Sendmail: the errors of the ruleset TLS_connection.</summary>
/// <param name="Code">403, 454 or 503.</param>
/// <param name="Text">E.g. <c>encryption too weak 0 less than 112</c>.</param>
public sealed record TlsRefusal(ushort Code, string Text)
{
    /// <summary>The mail is returned rather than deferred.</summary>
    public bool IsPermanent => Code >= 500;
}
