using System.Globalization;

namespace Relay.Routing.Tls;

/// <summary>Why a connection is not good enough. Sendmail: the errors of the ruleset TLS_connection.</summary>
/// <param name="Code">403, 454 or 503; 451 if a table cannot answer.</param>
/// <param name="Text">E.g. <c>encryption too weak 0 less than 112</c>.</param>
public sealed record TlsVerdict(ushort Code, string Text)
{
    /// <summary>As a reply: code, enhanced status code, words.</summary>
    public string Reply => string.Create(
        CultureInfo.InvariantCulture, $"{Code} {(Code >= 500 ? "5.7.0" : Code == 451 ? "4.3.0" : "4.7.0")} {Text}");
}
