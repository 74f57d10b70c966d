using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Relay.Queue.Journal;

/// <summary>
/// CRC-32C (Castagnoli) by the processor's instruction. The state is raw (no inversion): the seed is part of the secret
/// that keeps message content from forging a record, so it is never a constant.
/// </summary>
/// <remarks>
/// The instruction takes three cycles and can begin anew with each, so three stretches of the same length are summed up
/// side by side. The sum of a stretch that others follow is moved past them by a multiplication: n octets of zeros
/// multiply a sum by x^8n modulo the polynomial. Without a carry-less multiplication there is one stretch.
/// </remarks>
internal static class Crc32C
{
    private const uint Polynomial = 0x82F6_3B78; // bit-reversed, as all sums are: bit 31 is x^0

    private static readonly Stretch _long = new(octets: 1024);
    private static readonly Stretch _short = new(octets: 128);

    /// <summary>Continues <paramref name="state"/> over <paramref name="data"/>.</summary>
    public static uint Append(uint state, ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(data);
        ReadOnlySpan<byte> rest = data[(words.Length * sizeof(ulong))..];
        if (Pclmulqdq.IsSupported)
        {
            state = _long.Append(state, ref words);
            state = _short.Append(state, ref words);
        }

        foreach (ulong word in words)
        {
            state = BitOperations.Crc32C(state, word);
        }

        foreach (byte octet in rest)
        {
            state = BitOperations.Crc32C(state, octet);
        }

        return state;
    }

    /// <summary>x to a power, modulo the polynomial.</summary>
    private static uint PowerOfX(int exponent)
    {
        uint power = 1u << 31;
        for (int i = 0; i < exponent; i++)
        {
            power = (power >> 1) ^ ((power & 1) * Polynomial);
        }

        return power;
    }

    private readonly struct Stretch
    {
        // Between the product of two reversed sums and what the instruction makes of it lie x (one bit of the product's
        // 64 is unused) and x^32 (it sums up for 32 bits that follow).
        private const int Surplus = 33;

        private readonly int _words;
        private readonly Vector128<ulong> _pastOne;
        private readonly Vector128<ulong> _pastTwo;

        public Stretch(int octets)
        {
            _words = octets / sizeof(ulong);
            _pastOne = Vector128.CreateScalar((ulong)PowerOfX((8 * octets) - Surplus));
            _pastTwo = Vector128.CreateScalar((ulong)PowerOfX((16 * octets) - Surplus));
        }

        /// <summary>Goes on over as many threes of stretches as there are, and takes them off the words.</summary>
        public uint Append(uint state, ref ReadOnlySpan<ulong> words)
        {
            while (words.Length >= 3 * _words)
            {
                ReadOnlySpan<ulong> one = words[.._words];
                ReadOnlySpan<ulong> two = words.Slice(_words, _words);
                ReadOnlySpan<ulong> three = words.Slice(2 * _words, _words);
                uint second = 0;
                uint third = 0;
                for (int i = 0; i < one.Length; i++)
                {
                    state = BitOperations.Crc32C(state, one[i]);
                    second = BitOperations.Crc32C(second, two[i]);
                    third = BitOperations.Crc32C(third, three[i]);
                }

                state = Past(state, _pastTwo) ^ Past(second, _pastOne) ^ third;
                words = words[(3 * _words)..];
            }

            return state;
        }

        private static uint Past(uint sum, Vector128<ulong> power)
        {
            Vector128<ulong> product = Pclmulqdq.CarrylessMultiply(Vector128.CreateScalar((ulong)sum), power, 0);
            return BitOperations.Crc32C(0, product.ToScalar());
        }
    }
}
