namespace Relay.Delivery.Authentication;

/// <summary>A token, or why there is none. Never prints the token.</summary>
/// <param name="token">Null if there is none.</param>
/// <param name="problem">In words, without secrets; empty with a token.</param>
/// <param name="isTemporary">It passes by itself, and soon: nobody has to put anything right.</param>
/// <param name="warning">With a token: what an administrator must be told; empty for nothing.</param>
public sealed class TokenResult(byte[]? token, string problem, bool isTemporary = false, string warning = "")
{
    public byte[]? Token { get; } = token;

    public string Problem { get; } = problem;

    public bool IsTemporary { get; } = isTemporary;

    public string Warning { get; } = warning;

    public static TokenResult Of(byte[] token) => new(token, string.Empty);

    public static TokenResult Failed(string problem) => new(null, problem);

    public static TokenResult Unavailable(string problem) => new(null, problem, isTemporary: true);

    public override string ToString() => Token is null ? Problem : "a token";
}
