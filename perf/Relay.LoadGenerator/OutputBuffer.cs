using System.Runtime.CompilerServices;

namespace Relay.LoadGenerator;

/// <summary>A growing send buffer, one per thread, reused for every send.</summary>
internal sealed class OutputBuffer
{
    private byte[] _bytes = new byte[256 * 1024];

    internal int Length { get; private set; }

    internal ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    internal void Clear() => Length = 0;

    /// <summary>Room for at least <paramref name="size"/> octets; say what was used by <see cref="Advance"/>.</summary>
    internal Span<byte> GetSpan(int size)
    {
        if (_bytes.Length - Length < size)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + size));
        }

        return _bytes.AsSpan(Length);
    }

    internal void Advance(int count) => Length += count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Append(ReadOnlySpan<byte> data)
    {
        data.CopyTo(GetSpan(data.Length));
        Length += data.Length;
    }
}
