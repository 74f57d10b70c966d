using System.Buffers;

namespace Relay.Smtp.Replies;

/// <summary>Walks the lines of a <see cref="RemoteReply"/> that the parser has let through.</summary>
public ref struct ReplyLineEnumerator
{
    private ReadOnlySequence<byte> _rest;

    internal ReplyLineEnumerator(ReadOnlySequence<byte> lines)
    {
        _rest = lines;
        Current = default;
    }

    /// <summary>The line's text, behind code and separator, without CRLF.</summary>
    public ReadOnlySequence<byte> Current { get; private set; }

    public bool MoveNext()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        // Every line has its code and CRLF, and no other CR or LF.
        SequencePosition end = _rest.PositionOf((byte)'\n')!.Value;
        ReadOnlySequence<byte> line = _rest.Slice(0, end);
        Current = line.Length <= 5 ? default : line.Slice(4, line.Length - 5);
        _rest = _rest.Slice(_rest.GetPosition(1, end));
        return true;
    }
}
