using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using Relay.Throttling;

namespace Relay.Server.Authentication;

/// <summary>
/// Counts failures by address and by user. Who has guessed too often is not heard for a while, right or wrong; an
/// address that proved to be the user within the last minute is not held up by the guesses of others. Thread-safe.
/// </summary>
internal sealed class AuthenticationThrottle(Heartbeat heartbeat)
{
    private const int KeysMax = 16384;
    private const int CustomerPrefix6 = 64;

    private readonly Lazy<WindowTable> _addresses = new(() => new WindowTable(heartbeat, KeysMax));
    private readonly Lazy<WindowTable> _users = new(() => new WindowTable(heartbeat, KeysMax));
    private readonly Lazy<WindowTable> _proved = new(() => new WindowTable(heartbeat, KeysMax));

    /// <summary>The address has failed too often.</summary>
    public bool IsBarred(AuthenticationOptions options, IPAddress address) =>
        options.FailuresPerAddressMax > 0 && _addresses.IsValueCreated
        && _addresses.Value.CountOf(KeyOf(address)) >= options.FailuresPerAddressMax;

    /// <summary>
    /// Somebody has failed with the user's name too often, and the address is no known one of that user.
    /// </summary>
    public bool IsBarred(AuthenticationOptions options, IPAddress address, ReadOnlySpan<byte> user) =>
        options.FailuresPerUserMax > 0 && _users.IsValueCreated
        && _users.Value.CountOf(KeyOf(user)) >= options.FailuresPerUserMax
        && !(_proved.IsValueCreated && _proved.Value.CountOf(KeyOf(user, address)) > 0);

    public void Failed(IPAddress address, ReadOnlySpan<byte> user)
    {
        _addresses.Value.Add(KeyOf(address));
        if (!user.IsEmpty)
        {
            _users.Value.Add(KeyOf(user));
        }
    }

    public void Succeeded(IPAddress address, ReadOnlySpan<byte> user) => _proved.Value.Add(KeyOf(user, address));

    private static AddressKey KeyOf(IPAddress address) => AddressKey.Of(address, prefix6: CustomerPrefix6);

    private static AddressKey KeyOf(ReadOnlySpan<byte> user)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(user, hash);
        return new AddressKey(BinaryPrimitives.ReadUInt128BigEndian(hash));
    }

    private static AddressKey KeyOf(ReadOnlySpan<byte> user, IPAddress address) =>
        new(KeyOf(user).Network ^ KeyOf(address).Network);
}
