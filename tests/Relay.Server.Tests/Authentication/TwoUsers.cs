using System.Text;
using Relay.Sasl;
using Relay.Server.Authentication;

namespace Relay.Server.Tests.Authentication;

/// <summary>tim with the password "secret", and tom with "other".</summary>
internal sealed class TwoUsers : IUserDirectory
{
    public Dictionary<string, ScramKeys> Users { get; } = new()
    {
        ["tim"] = ScramKeys.Derive("secret"u8, [1, 2, 3, 4], ScramKeys.IterationsMin),
        ["tom"] = ScramKeys.Derive("other"u8, [5, 6, 7, 8], ScramKeys.IterationsMin),
    };

    public bool IsConfigured => Users.Count > 0;

    public (int Iterations, int SaltLength) Usual => (ScramKeys.IterationsMin, 4);

    public ScramKeys? Find(ReadOnlySpan<byte> user) => Users.GetValueOrDefault(Encoding.UTF8.GetString(user));
}
