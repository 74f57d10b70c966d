using System.Buffers;

namespace Relay.LoadGenerator.Tls;

/// <summary>Octets of a connection in pieces, and lines of it. One reader.</summary>
internal sealed class LineStream(Stream stream) : IAsyncDisposable
{
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
    private int _at;
    private int _filled;

    public Stream Stream { get; private set; } = stream;

    /// <summary>What was read and not taken yet.</summary>
    public ReadOnlySpan<byte> Rest => _buffer.AsSpan(_at, _filled - _at);

    /// <summary>TLS begins: what comes next comes out of it.</summary>
    public void Replace(Stream tls) => Stream = tls;

    public void Take(int count) => _at += count;

    /// <summary>Reads more behind what is there; false at the end.</summary>
    public async ValueTask<bool> FillAsync()
    {
        if (_at > 0)
        {
            _buffer.AsSpan(_at, _filled - _at).CopyTo(_buffer);
            _filled -= _at;
            _at = 0;
        }

        int read = await Stream.ReadAsync(_buffer.AsMemory(_filled));
        _filled += read;
        return read > 0;
    }

    /// <summary>
    /// Takes replies off the input until <paramref name="count"/> have ended; false if one is not positive.
    /// </summary>
    public async ValueTask<bool> TakeRepliesAsync(int count)
    {
        bool good = true;
        while (count > 0)
        {
            int end = Rest.IndexOf((byte)'\n');
            if (end < 0)
            {
                if (!await FillAsync())
                {
                    return false;
                }

                continue;
            }

            ReadOnlySpan<byte> line = Rest[..end];
            if (line.Length < 4 || line[3] != (byte)'-')
            {
                good &= line.Length > 0 && line[0] is (byte)'2' or (byte)'3';
                count--;
            }

            Take(end + 1);
        }

        return good;
    }

    public async ValueTask DisposeAsync()
    {
        await Stream.DisposeAsync();
        ArrayPool<byte>.Shared.Return(_buffer);
    }
}
