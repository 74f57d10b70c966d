using Relay.Sasl;

namespace Relay.Server.Authentication;

/// <summary>The users and what is kept of their passwords; may change at any time. Thread-safe, never waits.</summary>
public interface IUserDirectory
{
    /// <summary>False: there is no directory, and nobody to be found.</summary>
    bool IsConfigured { get; }

    /// <summary>Iterations and length of the salt that most users' keys have; for those who are not there.</summary>
    (int Iterations, int SaltLength) Usual { get; }

    /// <summary>The keys of a user; null if there is none.</summary>
    ScramKeys? Find(ReadOnlySpan<byte> user);
}
