namespace Relay.LoadGenerator.Messages;

/// <summary>
/// Identity of a generated message: 32 bits that name the run and 32 that count in it, written <c>rrrrrrrr-ssssssss</c>
/// in hexadecimal.
/// </summary>
internal readonly record struct LoadId(uint Run, uint Sequence)
{
    internal const int Length = 17;

    internal ulong Value => ((ulong)Run << 32) | Sequence;

    internal static LoadId FromValue(ulong value) => new((uint)(value >> 32), (uint)value);

    internal void Write(Span<byte> destination)
    {
        Hex.Write(destination, Run, 8);
        destination[8] = (byte)'-';
        Hex.Write(destination[9..], Sequence, 8);
    }

    internal static bool TryParse(ReadOnlySpan<byte> text, out LoadId id)
    {
        id = default;
        if (text.Length < Length || text[8] != (byte)'-' || !Hex.TryRead(text[..8], out ulong run)
            || !Hex.TryRead(text[9..Length], out ulong sequence))
        {
            return false;
        }

        id = new LoadId((uint)run, (uint)sequence);
        return true;
    }

    public override string ToString() => $"{Run:x8}-{Sequence:x8}";
}
