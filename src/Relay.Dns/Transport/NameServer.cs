using System.Net;

namespace Relay.Dns.Transport;

/// <summary>One name server and what was learnt of it. Thread-safe.</summary>
internal sealed class NameServer(IPEndPoint endPoint)
{
    /// <summary>A server that did not answer is asked after the others for so long.</summary>
    private static readonly TimeSpan _avoidance = TimeSpan.FromSeconds(30);

    private long _avoidedUntil = long.MinValue;
    private volatile bool _knowsNoEdns;

    public IPEndPoint EndPoint => endPoint;

    /// <summary>It took a question without EDNS0 after it had refused it with; never forgotten.</summary>
    public bool KnowsNoEdns
    {
        get => _knowsNoEdns;
        set => _knowsNoEdns = value;
    }

    public bool IsAvoided(TimeProvider time) => time.GetTimestamp() < Volatile.Read(ref _avoidedUntil);

    public void OnAnswered() => Volatile.Write(ref _avoidedUntil, long.MinValue);

    public void OnSilent(TimeProvider time) => Volatile.Write(
        ref _avoidedUntil,
        time.GetTimestamp() + (long)(_avoidance.TotalSeconds * time.TimestampFrequency));
}
