using Relay.LoadGenerator.Messages;

namespace Relay.LoadGenerator.Sink;

/// <summary>
/// Follows the decoded content of one message at a time: finds the fields of <see cref="MessageHeader"/> wherever
/// relays have moved them, and computes the checksum of the body. One per session, reused.
/// </summary>
internal sealed class ContentVerifier
{
    private const int HeaderMax = 256 * 1024;
    private byte[] _header = new byte[2048];
    private int _headerLength;
    private bool _inBody;
    private bool _hasId;
    private bool _isComplete;
    private BodyChecksum _checksum;
    private ulong _expected;

    internal LoadId Id { get; private set; }

    /// <summary>Microseconds since 1970, 0 if the message does not say.</summary>
    internal long SentMicroseconds { get; private set; }

    internal void Reset()
    {
        _headerLength = 0;
        _inBody = _hasId = _isComplete = false;
        SentMicroseconds = 0;
        _checksum.Reset();
    }

    internal void Append(ReadOnlySpan<byte> run)
    {
        if (_inBody)
        {
            _checksum.Append(run);
        }
        else
        {
            AppendHeader(run);
        }
    }

    /// <summary>Ends the message and judges it.</summary>
    internal ContentVerdict Finish()
    {
        if (!_inBody)
        {
            ParseHeader(_headerLength); // a message may end without an empty line
        }

        return !_hasId ? ContentVerdict.Unidentified
            : _isComplete && _checksum.Finish() == _expected ? ContentVerdict.Intact
            : ContentVerdict.Corrupted;
    }

    private void AppendHeader(ReadOnlySpan<byte> run)
    {
        if (_headerLength + run.Length > _header.Length)
        {
            if (_headerLength > HeaderMax)
            {
                _inBody = true; // no such header section was sent by us
                return;
            }

            Array.Resize(ref _header, Math.Max(_header.Length * 2, _headerLength + run.Length));
        }

        run.CopyTo(_header.AsSpan(_headerLength));
        int searchFrom = Math.Max(0, _headerLength - 3);
        _headerLength += run.Length;
        int end = _header.AsSpan(searchFrom, _headerLength - searchFrom).IndexOf("\r\n\r\n"u8);
        if (end >= 0)
        {
            int headerLength = searchFrom + end + 2;
            ParseHeader(headerLength);
            _inBody = true;
            _checksum.Append(_header.AsSpan(headerLength + 2, _headerLength - headerLength - 2));
        }
    }

    private void ParseHeader(int length)
    {
        ReadOnlySpan<byte> header = _header.AsSpan(0, length);
        _hasId = LoadId.TryParse(Field(header, MessageHeader.IdField), out LoadId id);
        Id = id;
        _isComplete = Hex.TryRead(Field(header, MessageHeader.ChecksumField), out _expected)
            && Hex.TryRead(Field(header, MessageHeader.SequenceField), out ulong sequence) && sequence == id.Sequence;
        if (Hex.TryRead(Field(header, MessageHeader.SentField), out ulong sent))
        {
            SentMicroseconds = (long)sent;
        }
    }

    private static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> header, ReadOnlySpan<byte> name)
    {
        while (true)
        {
            int start = header.IndexOf(name);
            if (start < 0)
            {
                return default;
            }

            bool atLineStart = start == 0 || header[start - 1] == (byte)'\n';
            header = header[(start + name.Length)..];
            if (atLineStart)
            {
                int end = header.IndexOf((byte)'\r');
                return end < 0 ? header : header[..end];
            }
        }
    }
}
