using System.Buffers;

namespace Relay.Benchmarks;

/// <summary>An output that begins again at its beginning whenever it runs out of room.</summary>
internal sealed class FixedBufferWriter : IBufferWriter<byte>
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _used;

    public void Advance(int count) => _used += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Rewind(sizeHint);
        return _buffer.AsMemory(_used);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Rewind(sizeHint);
        return _buffer.AsSpan(_used);
    }

    private void Rewind(int sizeHint)
    {
        if (_buffer.Length - _used < Math.Max(sizeHint, 1))
        {
            _used = 0;
        }
    }
}
