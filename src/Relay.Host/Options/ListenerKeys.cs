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

    public static readonly OptionKey<ListenerModifiers> Modifiers = new(
        "listeners[].modifiers",
        ServerFormats.Modifiers,
        ListenerModifiers.None,
        "Sendmail's `M=` of `DAEMON_OPTIONS`: `a` AUTH first, `r` recipients need a domain, `u` senders need none, `f` "
        + "senders' domains need a dot, `A` no AUTH, `E` no ETRN, `S` no STARTTLS, `s` TLS from the first octet "
        + "on (smtps, submissions), `O` start without this listener if it cannot be bound. `c` and `C` are taken "
        + "and change nothing: there is no canonification. `b` is refused: a message in the queue does not say which "
        + "address it came in on; `destinations[].sources` names addresses to send from.");

    public static IReadOnlyList<OptionKey> All { get; } =
        [Endpoint, Name, ConnectionsPerSecond, ConnectionsMax, ProxyProtocol, Modifiers];
}
