using System.Text;

namespace Relay.Delivery.Authentication;

/// <summary>A token that somebody else keeps fresh in a file, which is read each time: once per connection.</summary>
public sealed class FileTokenSource(string path) : ITokenSource
{
    public async ValueTask<TokenResult> GetAsync(byte[]? refused, CancellationToken cancellation)
    {
        (string? text, string problem) = await SecretFile.ReadAsync(path, cancellation);
        if (text is null)
        {
            return TokenResult.Failed(problem);
        }

        string token = text.Trim();
        if (token.Length == 0 || token.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            return TokenResult.Failed($"{path} holds no token; expected one line of printable ASCII");
        }

        byte[] octets = Encoding.ASCII.GetBytes(token);
        return refused is not null && refused.AsSpan().SequenceEqual(octets)
            ? TokenResult.Failed($"the server refuses the token in {path}")
            : TokenResult.Of(octets);
    }
}
