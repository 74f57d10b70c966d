using System.Buffers.Text;
using System.Diagnostics;

namespace Relay.Logging;

/// <summary>
/// A cursor over the scratch of one line. Every field is bounded (<see cref="FieldLimits"/>) so that a whole line
/// always
/// fits; peers' octets come in through <see cref="PeerText"/> only.
/// </summary>
internal ref struct LineWriter(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;

    public int Length { get; private set; }

    public readonly ReadOnlySpan<byte> Written => _buffer[..Length];

    public readonly int Free => _buffer.Length - Length;

    /// <summary>Appends our own octets.</summary>
    public void Append(scoped ReadOnlySpan<byte> octets)
    {
        Debug.Assert(octets.Length <= Free, "a line outgrew its scratch: the field limits are wrong");
        octets.CopyTo(_buffer[Length..]);
        Length += octets.Length;
    }

    public void Append(byte octet) => _buffer[Length++] = octet;

    public void Append(long number)
    {
        bool fits = Utf8Formatter.TryFormat(number, _buffer[Length..], out int written);
        Debug.Assert(fits);
        Length += written;
    }

    /// <summary>Appends seconds with milliseconds, e.g. <c>12.345</c>.</summary>
    public void AppendSeconds(TimeSpan span)
    {
        long milliseconds = (long)span.TotalMilliseconds;
        Append(milliseconds / 1000);
        Append((byte)'.');
        long rest = milliseconds % 1000;
        Append((byte)('0' + (rest / 100)));
        Append((byte)('0' + (rest / 10 % 10)));
        Append((byte)('0' + (rest % 10)));
    }

    /// <summary>Room for a formatter that writes by itself; <see cref="Advance"/> says how much it took.</summary>
    public readonly Span<byte> Rest => _buffer[Length..];

    public void Advance(int count) => Length += count;
}
