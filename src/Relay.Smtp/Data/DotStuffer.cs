using System.Buffers;

namespace Relay.Smtp.Data;

/// <summary>
/// Turns content as BDAT brings it, cut anywhere, into wire form (RFC 5321 §4.5.2): a dot before every line that begins
/// with one, and a CRLF at the end if there is none. A struct with its state: pass by reference, one per message.
/// </summary>
public struct DotStuffer
{
    private const int PieceMax = 16 * 1024;

    private LineStartState _state;

    /// <summary>Dots added.</summary>
    public long StuffedDotCount { get; private set; }

    /// <summary>Writes the next octets of content in wire form.</summary>
    public void Write(ReadOnlySpan<byte> content, IBufferWriter<byte> output)
    {
        while (!content.IsEmpty)
        {
            int dot = _state.FindDotAtLineStart(content);
            int length = dot < 0 ? content.Length : dot;
            WriteAll(content[..length], output);
            _state.Advance(content[..length]);
            content = content[length..];
            if (dot >= 0)
            {
                WriteAll(".."u8, output);
                StuffedDotCount++;
                _state.Advance("."u8);
                content = content[1..];
            }
        }
    }

    /// <summary>Writes the next octets of content in wire form.</summary>
    public void Write(in ReadOnlySequence<byte> content, IBufferWriter<byte> output)
    {
        foreach (ReadOnlyMemory<byte> segment in content)
        {
            Write(segment.Span, output);
        }
    }

    /// <summary>Ends the content; wire form is made of whole lines.</summary>
    public void Complete(IBufferWriter<byte> output)
    {
        if (!_state.AtLineStart)
        {
            WriteAll("\r\n"u8, output);
            _state = default;
        }
    }

    internal static void WriteAll(ReadOnlySpan<byte> octets, IBufferWriter<byte> output)
    {
        while (!octets.IsEmpty)
        {
            int length = Math.Min(octets.Length, PieceMax);
            octets[..length].CopyTo(output.GetSpan(length));
            output.Advance(length);
            octets = octets[length..];
        }
    }
}
