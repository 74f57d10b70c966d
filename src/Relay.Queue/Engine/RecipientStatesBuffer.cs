using Relay.Queue.Records;

namespace Relay.Queue.Engine;

/// <summary>Encodes recipients' states into a buffer of its own, reused.</summary>
internal sealed class RecipientStatesBuffer
{
    private byte[] _buffer = [];

    /// <summary>Valid until the next call.</summary>
    public ReadOnlyMemory<byte> Encode(RecipientStates states, out int count, bool withReplies = true)
    {
        int length = states.Measure(withReplies, out count);
        if (_buffer.Length < length)
        {
            _buffer = new byte[length];
        }

        var writer = new BodyWriter(_buffer);
        states.Write(withReplies, ref writer);
        return _buffer.AsMemory(0, length);
    }
}
