namespace Relay.Delivery.Authentication;

/// <summary>Where bearer tokens (RFC 6750) come from. Thread-safe.</summary>
public interface ITokenSource
{
    /// <summary>A token that is good for now; kept ones are given without waiting.</summary>
    /// <param name="refused">The token that a server refused: another one is wanted. Null for any.</param>
    /// <param name="cancellation">The program stops.</param>
    ValueTask<TokenResult> GetAsync(byte[]? refused, CancellationToken cancellation);
}
