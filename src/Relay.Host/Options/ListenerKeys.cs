using System.Net;

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

    public static IReadOnlyList<OptionKey> All { get; } = [Endpoint, Name, ConnectionsPerSecond];
}
