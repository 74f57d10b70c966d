using System.Net;
using Relay.Server.Policies;

namespace Relay.Host.Options;

/// <summary>Options of each listener. With none in the file the relay listens on 127.0.0.1:2525.</summary>
internal static class ListenerKeys
{
    public static readonly OptionKey<EndPoint> Endpoint = new(
        "listeners[].endpoint",
        OptionFormats.EndPoint,
        new IPEndPoint(IPAddress.Loopback, 2525),
        "Where to listen. `*` is every address of the machine, IPv4 and IPv6; port 0 takes a free port and logs it; "
        + "`unix:/path` is a Unix-domain socket.");

    public static readonly OptionKey<string> Name = new(
        "listeners[].name",
        OptionFormats.Word,
        "MTA",
        "The listener's name in the log.");

    public static readonly OptionKey<int> ConnectionsPerSecond = new(
        "listeners[].connectionsPerSecond",
        OptionFormats.Count(0, 1_000_000),
        0,
        "Connections taken per second; the others wait in the kernel's backlog, nobody is refused. 0 is without "
        + "limit.");

    public static readonly OptionKey<int> ConnectionsMax = new(
        "listeners[].connectionsMax",
        OptionFormats.Count(0, 1_000_000),
        0,
        "Sessions at once on this listener (Sendmail's `children=`); more are told 421 4.3.2. 0 is without a limit "
        + "of its own.");

    public static readonly OptionKey<bool> ProxyProtocol = new(
        "listeners[].proxyProtocol",
        OptionFormats.Flag,
        false,
        "Connections come from `server.proxies` and begin with a header of the PROXY protocol, version 1 or 2, as "
        + "haproxy's `send-proxy` and `send-proxy-v2` write it; all others are closed. The client that it names is the "
        + "one that every rule is about.");

    public static readonly OptionKey<int> Backlog = new(
        "listeners[].backlog",
        OptionFormats.Count(0, 65535),
        0,
        "Connections that may wait in the kernel on this listener (Sendmail's `Listen=`); 0 is `server.backlog`. Counts, "
        + "as the sizes of buffers do, from when the listener is bound, and not for a socket of systemd's.");

    public static readonly OptionKey<int> SendBufferSize = new(
        "listeners[].sendBufferSize",
        OptionFormats.Count(0, 1 << 30),
        0,
        "Octets that the kernel keeps of what a client has not taken yet (Sendmail's `SendBufferSize=`, `SO_SNDBUF`; "
        + "`net.core.wmem_max` caps it). 0 leaves it to the kernel, which fits it to the connection.");

    public static readonly OptionKey<int> ReceiveBufferSize = new(
        "listeners[].receiveBufferSize",
        OptionFormats.Count(0, 1 << 30),
        0,
        "The same for what the relay has not read yet (Sendmail's `ReceiveBufferSize=`, `SO_RCVBUF`, "
        + "`net.core.rmem_max`).");

    public static readonly OptionKey<int> RefuseLoad = new(
        "listeners[].refuseLoad",
        OptionFormats.Count(0, 100_000),
        0,
        "`server.refuseLoad` of this listener (Sendmail's `refuseLA=`); 0 takes that.");

    public static readonly OptionKey<int> DelayLoad = new(
        "listeners[].delayLoad",
        OptionFormats.Count(0, 100_000),
        0,
        "`server.delayLoad` of this listener (Sendmail's `delayLA=`); 0 takes that.");

    public static readonly OptionKey<DeliveryMode> DeliveryMode = new(
        "listeners[].deliveryMode",
        OptionFormats.Choice<DeliveryMode>(),
        Options.DeliveryMode.Background,
        "`queue`: mail that comes in on this listener is accepted and queued, and first tried when mail is that failed "
        + "once: after `retry.interval`, else after `retry.initial`, or when `relay queue` or ETRN asks for it "
        + "(Sendmail's `DeliveryMode=` of `DAEMON_OPTIONS`, with the next queue run). `deferred` is the same here. The "
        + "time stays with the message over a restart.");

    public static readonly OptionKey<int> QueueLoad = new(
        "listeners[].queueLoad",
        OptionFormats.Count(0, 100_000),
        0,
        "Load average from which on this listener has `deliveryMode` `queue` (Sendmail's `queueLA=`); 0 is never. "
        + "The option `queueLoad` counts besides.");

    public static readonly OptionKey<ListenerModifiers> Modifiers = new(
        "listeners[].modifiers",
        ServerFormats.Modifiers,
        ListenerModifiers.None,
        "Sendmail's `M=` of `DAEMON_OPTIONS`: `a` AUTH first, `r` recipients need a domain, `u` senders need none, `f` "
        + "senders' domains need a dot, `A` no AUTH, `E` no ETRN, `S` no STARTTLS, `s` TLS from the first octet "
        + "on (smtps, submissions), `O` start without this listener if it cannot be bound. `c` and `C` are taken "
        + "and change nothing: there is no canonification. `b`: mail is sent on from the address of this machine that it "
        + "came in on, `h`: under that address's name in EHLO, if a PTR record has one that has the address, else under "
        + "`hostName`. Both stay with the message in the queue. For a next hop of the other address family, and with an "
        + "address that is gone from this machine (the log says so), `b` leaves the source to the system; one of the "
        + "loopback net counts for next hops there only. `destinations[].sources` counts more than `b`. Mail of "
        + "different addresses shares no connection, and each of them has a destination's limits to itself.");

    public static IReadOnlyList<OptionKey> All { get; } =
    [
        Endpoint, Name, ConnectionsPerSecond, ConnectionsMax, Backlog, SendBufferSize, ReceiveBufferSize, RefuseLoad,
        DelayLoad, QueueLoad, DeliveryMode, ProxyProtocol, Modifiers,
    ];
}
