namespace Relay.Server.Policies;

/// <summary>Serves VRFY and EXPN (RFC 5321 §3.5) where the privacy options allow them. Thread-safe.</summary>
public interface IAddressVerifier
{
    /// <param name="argument">What was given, as it was; stays unchanged until the task completes.</param>
    ValueTask<AddressListing> VerifyAsync(ClientIdentity client, ReadOnlyMemory<byte> argument);

    /// <inheritdoc cref="VerifyAsync"/>
    ValueTask<AddressListing> ExpandAsync(ClientIdentity client, ReadOnlyMemory<byte> argument);
}
