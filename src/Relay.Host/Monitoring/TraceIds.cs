using System.Buffers.Binary;
using System.Diagnostics;
using Relay.Queue;

namespace Relay.Host.Monitoring;

/// <summary>Makes trace ids of queue ids, and chooses by them. Immutable.</summary>
internal sealed class TraceIds
{
    private readonly ulong _salt;
    private readonly double _sample;

    /// <param name="hostName">Distinguishes relays.</param>
    /// <param name="sample">From 0 to 1.</param>
    public TraceIds(string hostName, double sample)
    {
        _sample = sample;
        _salt = 14695981039346656037; // FNV-1a
        foreach (char c in hostName)
        {
            _salt = (_salt ^ char.ToLowerInvariant(c)) * 1099511628211;
        }
    }

    public bool IsSampled(QueueId id) => _sample >= 1 || (High(id) >> 11) * (1.0 / (1UL << 53)) < _sample;

    /// <summary>A place in the message's trace; without a parent its first span.</summary>
    public ActivityContext ContextOf(QueueId id, ActivitySpanId? parent)
    {
        Span<byte> octets = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(octets, High(id));
        BinaryPrimitives.WriteUInt64BigEndian(octets[8..], Mix(High(id) ^ id.Value) | 1); // never all zeros
        return new ActivityContext(
            ActivityTraceId.CreateFromBytes(octets), parent ?? default, ActivityTraceFlags.Recorded);
    }

    private ulong High(QueueId id) => Mix(id.Value ^ _salt);

    /// <summary>SplitMix64's finalizer: every bit of the result depends on every bit of the value.</summary>
    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
