namespace Relay.Delivery.Attempts;

/// <summary>
/// Keeps the texts of one attempt's replies as octets in one array that is used again and again. A text that equals the
/// last one stored takes no space, as the recipients of one transaction share their reply.
/// </summary>
internal sealed class ReplyArena
{
    /// <summary>What the queue keeps of a reply.</summary>
    public const int TextLengthMax = 200;

    private const int KeptLength = 16 * 1024;

    private byte[] _octets = new byte[512];
    private int _used;
    private int _lastOffset;

    public int Store(ReadOnlySpan<byte> text, out int length)
    {
        text = text[..Math.Min(text.Length, TextLengthMax)];
        length = text.Length;
        if (_octets.AsSpan(_lastOffset, _used - _lastOffset).SequenceEqual(text))
        {
            return _lastOffset;
        }

        if (_octets.Length - _used < text.Length)
        {
            Array.Resize(ref _octets, Math.Max(_octets.Length * 2, _used + text.Length));
        }

        _lastOffset = _used;
        text.CopyTo(_octets.AsSpan(_used));
        _used += text.Length;
        return _lastOffset;
    }

    public ReadOnlyMemory<byte> Get(int offset, int length) => _octets.AsMemory(offset, length);

    public void Reset()
    {
        _used = _lastOffset = 0;
        if (_octets.Length > KeptLength)
        {
            _octets = new byte[512];
        }
    }
}
