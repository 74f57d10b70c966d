namespace Relay.Queue;

/// <summary>
/// Names a message for ever: milliseconds since 1970 in the upper 42 bits, a sequence in the lower 22, never reused.
/// Printed as 16 characters that sort as the ids do: 9 in base32hex of time and 7 digits of sequence, the shape that
/// readers of Sendmail's logs take for a queue id (docs/adr/0019). The value is frozen with the queue's format
/// (docs/queue-format.md).
/// </summary>
public readonly record struct QueueId(ulong Value) : IComparable<QueueId>
{
    /// <summary>Length of the printed form.</summary>
    public const int TextLength = 16;

    private const int SequenceBits = 22;
    private const int TimeDigits = 9;

    public bool IsNone => Value == 0;

    /// <summary>The time part.</summary>
    public DateTimeOffset Created => DateTimeOffset.FromUnixTimeMilliseconds((long)(Value >> SequenceBits));

    /// <summary>The lowest id of a millisecond.</summary>
    public static QueueId FromTime(DateTimeOffset time) => new((ulong)time.ToUnixTimeMilliseconds() << SequenceBits);

    public static bool operator <(QueueId left, QueueId right) => left.Value < right.Value;

    public static bool operator >(QueueId left, QueueId right) => left.Value > right.Value;

    public static bool operator <=(QueueId left, QueueId right) => left.Value <= right.Value;

    public static bool operator >=(QueueId left, QueueId right) => left.Value >= right.Value;

    /// <summary>Writes the 16 characters.</summary>
    public void Format(Span<byte> destination)
    {
        ulong time = Value >> SequenceBits;
        ulong sequence = Value & ((1UL << SequenceBits) - 1);
        for (int i = TimeDigits - 1; i >= 0; i--, time >>= 5)
        {
            destination[i] = "0123456789ABCDEFGHIJKLMNOPQRSTUV"u8[(int)(time & 31)];
        }

        for (int i = TextLength - 1; i >= TimeDigits; i--, sequence /= 10)
        {
            destination[i] = (byte)('0' + (sequence % 10));
        }
    }

    /// <summary>Reads the printed form, upper or lower case.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out QueueId id)
    {
        id = default;
        if (text.Length != TextLength)
        {
            return false;
        }

        ulong time = 0;
        ulong sequence = 0;
        for (int i = 0; i < TextLength; i++)
        {
            int digit = Digit(text[i]);
            if (digit < 0 || (i >= TimeDigits && digit > 9))
            {
                return false;
            }

            if (i < TimeDigits)
            {
                time = (time << 5) | (uint)digit;
            }
            else
            {
                sequence = (sequence * 10) + (uint)digit;
            }
        }

        if (time >= 1UL << (64 - SequenceBits) || sequence >= 1UL << SequenceBits)
        {
            return false;
        }

        id = new QueueId((time << SequenceBits) | sequence);
        return true;
    }

    public int CompareTo(QueueId other) => Value.CompareTo(other.Value);

    public override string ToString() => string.Create(TextLength, this, static (chars, id) =>
    {
        Span<byte> bytes = stackalloc byte[TextLength];
        id.Format(bytes);
        for (int i = 0; i < TextLength; i++)
        {
            chars[i] = (char)bytes[i];
        }
    });

    private static int Digit(char c) => c switch
    {
        >= '0' and <= '9' => c - '0',
        >= 'A' and <= 'V' => c - 'A' + 10,
        >= 'a' and <= 'v' => c - 'a' + 10,
        _ => -1,
    };
}
