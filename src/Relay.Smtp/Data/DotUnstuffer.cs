using System.Buffers;

namespace Relay.Smtp.Data;

/// <summary>
/// Turns wire form, cut anywhere, into content as BDAT takes it: the first dot of a line goes (RFC 5321 §4.5.2).
/// The terminator is not part of the input. A struct with its state: pass by reference, one per message.
/// </summary>
public struct DotUnstuffer
{
    private LineStartState _state;

    /// <summary>Dots left out.</summary>
    public long RemovedDotCount { get; private set; }

    /// <summary>Writes the next octets as content.</summary>
    public void Write(ReadOnlySpan<byte> wire, IBufferWriter<byte> output)
    {
        while (!wire.IsEmpty)
        {
            int dot = _state.FindDotAtLineStart(wire);
            int length = dot < 0 ? wire.Length : dot;
            DotStuffer.WriteAll(wire[..length], output);
            _state.Advance(wire[..length]);
            wire = wire[length..];
            if (dot >= 0)
            {
                RemovedDotCount++;
                _state.Advance("."u8);
                wire = wire[1..];
            }
        }
    }

    /// <summary>Writes the next octets as content.</summary>
    public void Write(in ReadOnlySequence<byte> wire, IBufferWriter<byte> output)
    {
        foreach (ReadOnlyMemory<byte> segment in wire)
        {
            Write(segment.Span, output);
        }
    }
}
