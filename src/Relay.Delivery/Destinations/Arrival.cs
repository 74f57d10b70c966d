using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Relay.Routing.Routes;
using Relay.Smtp;

namespace Relay.Delivery.Destinations;

/// <summary>
/// Our address that mail came in on, where its listener wants it to go on from there or under that address's name
/// (Sendmail: DaemonPortOptions, <c>M=b</c> and <c>M=h</c>). Part of a destination's identity: mail that differs in it
/// shares no connection. The default is none, which nearly all mail has.
/// </summary>
internal readonly record struct Arrival
{
    private readonly UInt128 _octets;
    private readonly bool _isVersion6;

    private Arrival(ReadOnlySpan<byte> address, ArrivalUses uses)
    {
        Uses = uses;
        _isVersion6 = address.Length == 16;
        _octets = _isVersion6
            ? BinaryPrimitives.ReadUInt128BigEndian(address)
            : BinaryPrimitives.ReadUInt32BigEndian(address);
    }

    public ArrivalUses Uses { get; }

    public bool IsNone => Uses == ArrivalUses.None;

    /// <summary>Allocates at each call. Not for none.</summary>
    public IPAddress Address
    {
        get
        {
            Span<byte> octets = stackalloc byte[16];
            BinaryPrimitives.WriteUInt128BigEndian(octets, _octets);
            return new IPAddress(_isVersion6 ? octets : octets[12..]);
        }
    }

    /// <summary>What mail with this envelope has on this route: routes that lead to no host have no use for it.</summary>
    public static Arrival Of(Envelope envelope, Route route) =>
        envelope.ArrivalUses == ArrivalUses.None || route.Kind is not (RouteKind.Smtp or RouteKind.Lmtp)
            ? default
            : new Arrival(envelope.ArrivalAddress, envelope.ArrivalUses);

    /// <summary>
    /// The address to connect from; null leaves it to the system. One of another family cannot be it, and one of the
    /// loopback net leads nowhere else.
    /// </summary>
    public IPAddress? SourceFor(IPAddress nextHop) =>
        (Uses & ArrivalUses.SourceAddress) != 0
        && _isVersion6 == (nextHop.AddressFamily == AddressFamily.InterNetworkV6)
        && Address is var address && IsKnownAt(address, nextHop)
            ? address
            : null;

    /// <summary>The address whose name is the one to be said in EHLO; null for our host name.</summary>
    /// <param name="nextHop">Null on a Unix-domain socket.</param>
    public IPAddress? NamedFor(IPAddress? nextHop) =>
        (Uses & ArrivalUses.HelloName) != 0 && Address is var address && IsKnownAt(address, nextHop) ? address : null;

    /// <summary>Addresses of the loopback net mean something on this machine only.</summary>
    private static bool IsKnownAt(IPAddress address, IPAddress? nextHop) =>
        !IPAddress.IsLoopback(address) || nextHop is null || IPAddress.IsLoopback(nextHop);
}
