using System.Diagnostics;
using System.Text;
using Relay.LoadGenerator.Native;

namespace Relay.LoadGenerator.Source;

/// <summary>
/// Receives into the thread's shared buffer and cuts replies out of it; keeps only an incomplete line between reads.
/// </summary>
internal sealed class ReplyReader
{
    private const int LineMax = 4096;
    private byte[] _rest = [];
    private int _restLength;
    private byte[] _input = [];
    private int _position;
    private int _end;
    private int _code;

    /// <summary>The server does not speak SMTP; the connection is of no further use.</summary>
    internal bool IsMalformed { get; private set; }

    /// <summary>Keywords named by the lines read since <see cref="Reset"/>.</summary>
    internal ServerKeywords Keywords { get; private set; }

    internal void Reset()
    {
        _restLength = _position = _end = _code = 0;
        IsMalformed = false;
        Keywords = ServerKeywords.None;
    }

    /// <summary>As <see cref="Sockets.Receive"/>; <paramref name="drained"/> when the kernel has no more.</summary>
    internal int Receive(int fd, byte[] input, out bool drained)
    {
        int received = Sockets.Receive(fd, input.AsSpan(_restLength));
        drained = received < input.Length - _restLength;
        if (received > 0)
        {
            _rest.AsSpan(0, _restLength).CopyTo(input);
            _input = input;
            _position = 0;
            _end = _restLength + received;
            _restLength = 0;
        }

        return received;
    }

    /// <summary>The next complete reply; false when there is none (or <see cref="IsMalformed"/>).</summary>
    internal bool TryRead(out int code)
    {
        code = 0;
        while (true)
        {
            ReadOnlySpan<byte> left = _input.AsSpan(_position, _end - _position);
            int lineEnd = left.IndexOf((byte)'\n');
            if (lineEnd < 0)
            {
                IsMalformed |= left.Length > LineMax;
                return false;
            }

            _position += lineEnd + 1;
            ReadOnlySpan<byte> line = left[..lineEnd];
            if (line.IsEmpty || line[^1] != (byte)'\r'
                || !ReplyLine.TryParse(line[..^1], out int lineCode, out bool isLast)
                || (_code != 0 && _code != lineCode))
            {
                IsMalformed = true;
                return false;
            }

            if (lineCode == 250 && line.Length > 5)
            {
                CollectKeyword(line[4..^1]);
            }

            if (isLast)
            {
                code = lineCode;
                _code = 0;
                return true;
            }

            _code = lineCode;
        }
    }

    /// <summary>Saves what is incomplete before the shared buffer serves another session.</summary>
    internal void KeepRest()
    {
        _restLength = _end - _position;
        Debug.Assert(_restLength <= LineMax);
        if (_restLength > 0)
        {
            if (_rest.Length == 0)
            {
                _rest = new byte[LineMax];
            }

            _input.AsSpan(_position, _restLength).CopyTo(_rest);
        }
    }

    private void CollectKeyword(ReadOnlySpan<byte> text)
    {
        if (Ascii.EqualsIgnoreCase(text, "PIPELINING"u8))
        {
            Keywords |= ServerKeywords.Pipelining;
        }
        else if (Ascii.EqualsIgnoreCase(text, "8BITMIME"u8))
        {
            Keywords |= ServerKeywords.EightBitMime;
        }
        else if (Ascii.EqualsIgnoreCase(text, "CHUNKING"u8))
        {
            Keywords |= ServerKeywords.Chunking;
        }
    }
}
