namespace Relay.Delivery.Authentication;

/// <summary>A token, or why there is none. Never prints the token.</summary>
/// <param name="token">Null if there is none.</param>
/// <param name="problem">In words, without secrets; empty with a token.</param>
public sealed class TokenResult(byte[]? token, string problem)
{
    public byte[]? Token { get; } = token;

    public string Problem { get; } = problem;

    public static TokenResult Of(byte[] token) => new(token, string.Empty);

    public static TokenResult Failed(string problem) => new(null, problem);

    public override string ToString() => Token is null ? Problem : "a token";
}
