using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Relay.Smtp.Data;

/// <summary>
/// Looks through the header section as it arrives, cut anywhere: counts Received fields (hops, RFC 5321 §6.3) and keeps
/// the Message-ID. Stops at the empty line. A struct with its state: pass by reference, one per message, <c>default</c>
/// is the beginning.
/// </summary>
public struct HeaderScanner
{
    private enum State : byte
    {
        LineStart,
        Name,
        Skip,
        IdStart,
        IdStartLine,
        Id,
    }

    private State _state;
    private bool _isReceived;
    private bool _afterCr;
    private bool _nameEnded;
    private byte _nameLength;
    private byte _idLength;
    private MessageIdBuffer _id;

    /// <summary>Received fields so far.</summary>
    public int ReceivedCount { get; private set; }

    /// <summary>Octets scanned: when complete, the header section's with its empty line.</summary>
    public long Length { get; private set; }

    /// <summary>The empty line was seen; nothing more is scanned.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>
    /// The first Message-ID without surrounding white space, at most 250 octets of it; empty if there is none. A view
    /// on this struct.
    /// </summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> MessageId => ((ReadOnlySpan<byte>)_id)[.._idLength];

    /// <summary>Scans the next octets.</summary>
    /// <returns>True if the header is complete.</returns>
    public bool Scan(in ReadOnlySequence<byte> content)
    {
        foreach (ReadOnlyMemory<byte> segment in content)
        {
            if (Scan(segment.Span))
            {
                return true;
            }
        }

        return IsComplete;
    }

    /// <summary>Scans the next octets.</summary>
    /// <returns>True if the header is complete.</returns>
    public bool Scan(ReadOnlySpan<byte> span)
    {
        int at = 0;
        while (at < span.Length && !IsComplete)
        {
            if (_state == State.Skip)
            {
                int end = span[at..].IndexOf((byte)'\n');
                at = end < 0 ? span.Length : at + end + 1;
                _state = end < 0 ? State.Skip : State.LineStart;
                _afterCr = false;
                continue;
            }

            Step(span[at++]);
        }

        Length += at;
        return IsComplete;
    }

    private void Step(byte octet)
    {
        switch (_state)
        {
            case State.LineStart:
                StepLineStart(octet);
                break;
            case State.Name:
                StepName(octet);
                break;
            case State.IdStart:
                if (octet == (byte)'\n')
                {
                    _state = State.IdStartLine;
                }
                else if (octet is not ((byte)' ' or (byte)'\t' or (byte)'\r'))
                {
                    AppendId(octet);
                }

                break;
            case State.IdStartLine:
                // The field goes on only if this line begins with white space.
                if (octet is (byte)' ' or (byte)'\t')
                {
                    _state = State.IdStart;
                }
                else
                {
                    StepLineStart(octet);
                }

                break;
            default:
                if (octet is <= (byte)' ')
                {
                    _state = octet == (byte)'\n' ? State.LineStart : State.Skip;
                }
                else
                {
                    AppendId(octet);
                }

                break;
        }
    }

    private void StepLineStart(byte octet)
    {
        if (_afterCr && octet == (byte)'\n')
        {
            IsComplete = true;
            return;
        }

        if (octet == (byte)'\r')
        {
            _state = State.LineStart;
            _afterCr = true;
            return;
        }

        bool bare = _afterCr;
        _afterCr = false;
        _nameLength = 0;
        _nameEnded = false;
        _state = State.Skip;
        int letter = octet | 0x20;
        if (!bare && letter is 'r' or 'm')
        {
            _isReceived = letter == 'r';
            _nameLength = 1;
            _state = State.Name;
        }
        else if (octet == (byte)'\n')
        {
            _state = State.LineStart;
        }
    }

    private void StepName(byte octet)
    {
        ReadOnlySpan<byte> name = _isReceived ? "received"u8 : "message-id"u8;
        bool whole = _nameLength == name.Length;
        if (whole && octet == (byte)':')
        {
            ReceivedCount += _isReceived ? 1 : 0;
            _state = _isReceived || _idLength > 0 ? State.Skip : State.IdStart;
        }
        else if (whole && octet is (byte)' ' or (byte)'\t')
        {
            _nameEnded = true; // obsolete white space before the colon (RFC 5322 §4.5)
        }
        else if (!whole && !_nameEnded && Fold(octet) == name[_nameLength])
        {
            _nameLength++;
        }
        else
        {
            _state = octet == (byte)'\n' ? State.LineStart : State.Skip;
        }
    }

    private void AppendId(byte octet)
    {
        _state = State.Id;
        if (_idLength < MessageIdBuffer.Length)
        {
            _id[_idLength++] = octet;
        }
    }

    private static int Fold(byte octet) => octet is >= (byte)'A' and <= (byte)'Z' ? octet | 0x20 : octet;
}
