namespace Relay.Routing.Masquerading;

/// <summary>Where an address stands, which says what rewrites it.</summary>
public enum AddressRole : byte
{
    /// <summary>The reverse-path.</summary>
    EnvelopeSender = 0,

    /// <summary>A header field that names a sender.</summary>
    HeaderSender,

    /// <summary>A header field that names recipients.</summary>
    HeaderRecipient,
}
