namespace Relay.Server.Authentication.Dovecot;

/// <summary>What Dovecot says to a message of an exchange.</summary>
/// <param name="Result">Challenge, Accepted, Failed or TemporaryFailure.</param>
/// <param name="Challenge">What the client is to answer, decoded.</param>
/// <param name="User">Who it is, or claims to be; empty if that is not told.</param>
/// <param name="Reason">Of a temporary failure; null for none.</param>
internal readonly record struct DovecotAnswer(
    AuthenticationResult Result, byte[] Challenge, string User, string? Reason = null)
{
    public static DovecotAnswer Unavailable(string reason) =>
        new(AuthenticationResult.TemporaryFailure, [], string.Empty, reason);
}
