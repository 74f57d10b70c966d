using System.Numerics;
using System.Runtime.InteropServices;

namespace Relay.Queue.Journal;

/// <summary>
/// CRC-32C (Castagnoli) by the processor's instruction. The state is raw (no inversion): the seed is part of the secret
/// that keeps message content from forging a record, so it is never a constant.
/// </summary>
internal static class Crc32C
{
    /// <summary>Continues <paramref name="state"/> over <paramref name="data"/>.</summary>
    public static uint Append(uint state, ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(data);
        foreach (ulong word in words)
        {
            state = BitOperations.Crc32C(state, word);
        }

        foreach (byte octet in data[(words.Length * sizeof(ulong))..])
        {
            state = BitOperations.Crc32C(state, octet);
        }

        return state;
    }
}
