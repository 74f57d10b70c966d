using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Relay.Delivery.Destinations;
using Relay.Routing.Clients;

namespace Relay.Delivery.Client;

/// <summary>
/// What is known of our own addresses that mail comes in on: their names, which are asked for when a connection needs
/// one and kept for minutes, and that one cannot be bound. Thread-safe.
/// </summary>
internal sealed class ArrivalAddresses(DeliveryContext context)
{
    private const long NameMilliseconds = 300_000;
    private const long FailureMilliseconds = 60_000;
    private const long TellInterval = 3_600_000;

    /// <summary>A machine may have a whole IPv6 network for its own.</summary>
    private const int KnownMax = 4096;

    private readonly ConcurrentDictionary<IPAddress, KnownName> _names = new();
    private readonly ConcurrentDictionary<IPAddress, long> _told = new();

    /// <summary>Asks the DNS; null if addresses have no names.</summary>
    public ClientResolver? Resolver { get; set; }

    /// <summary>
    /// The name for EHLO: that of the address that the mail came in on, if that has a name which has the address; else
    /// our host name.
    /// </summary>
    /// <param name="nextHop">Null on a Unix-domain socket.</param>
    public ValueTask<byte[]> HelloNameAsync(in Arrival arrival, IPAddress? nextHop)
    {
        if (Resolver is null || arrival.IsNone || arrival.NamedFor(nextHop) is not { } address)
        {
            return new ValueTask<byte[]>(context.HostName);
        }

        return _names.TryGetValue(address, out KnownName known) && context.Heartbeat.Now < known.Until
            ? new ValueTask<byte[]>(known.Name ?? context.HostName)
            : FindAsync(Resolver, address);
    }

    /// <summary>Says in the log, now and then, that mail leaves from another address than it should.</summary>
    public void TellUnbindable(IPAddress address, string reason)
    {
        long now = context.Heartbeat.Now;
        Bound(_told);
        if (!_told.TryGetValue(address, out long last) || now - last >= TellInterval)
        {
            _told[address] = now;
            context.LogAlarm($"mail that came in on {address} is sent from another address: {reason}");
        }
    }

    private static void Bound<T>(ConcurrentDictionary<IPAddress, T> table)
    {
        if (table.Count >= KnownMax)
        {
            table.Clear();
        }
    }

    private async ValueTask<byte[]> FindAsync(ClientResolver resolver, IPAddress address)
    {
        ClientFacts facts;
        try
        {
            facts = await resolver.ResolveAsync(address, context.Stopping);
        }
        catch (OperationCanceledException)
        {
            return context.HostName;
        }

        byte[]? name = facts is { IsConfirmed: true, IsThisMachine: false } ? Encoding.ASCII.GetBytes(facts.Name) : null;
        long lifetime = facts.Resolution == ClientResolution.Temp ? FailureMilliseconds : NameMilliseconds;
        Bound(_names);
        _names[address] = new KnownName(name, context.Heartbeat.Now + lifetime);
        return name ?? context.HostName;
    }

    private readonly record struct KnownName(byte[]? Name, long Until);
}
