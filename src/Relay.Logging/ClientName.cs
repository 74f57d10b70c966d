namespace Relay.Logging;

/// <summary>A peer's printed form, <c>name [1.2.3.4]</c>, taken apart.</summary>
internal readonly ref struct ClientName
{
    private ClientName(ReadOnlySpan<byte> name, ReadOnlySpan<byte> address)
    {
        Name = name;
        Address = address;
    }

    /// <summary>The address in brackets where there is no name (Sendmail: client_name).</summary>
    public ReadOnlySpan<byte> Name { get; }

    /// <summary>Without brackets.</summary>
    public ReadOnlySpan<byte> Address { get; }

    public static ClientName Of(ReadOnlySpan<byte> peer)
    {
        int open = peer.LastIndexOf((byte)'[');
        int close = peer.LastIndexOf((byte)']');
        return open < 0 || close < open
            ? new ClientName(peer, default)
            : new ClientName(open == 0 ? peer[..(close + 1)] : peer[..open].TrimEnd((byte)' '), peer[(open + 1)..close]);
    }
}
