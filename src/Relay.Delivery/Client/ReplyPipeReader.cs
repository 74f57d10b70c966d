using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Threading.Tasks.Sources;

namespace Relay.Delivery.Client;

/// <summary>
/// A pipe reader over a stream for short input, replies: one buffer that grows as far as one reply may, and reads that
/// wait on the stream's own awaitable instead of a state machine of theirs, so that a read allocates nothing. The
/// stream is left open. One reader at a time, as with every pipe.
/// </summary>
internal sealed class ReplyPipeReader : PipeReader, IValueTaskSource<ReadResult>
{
    private const int InitialLength = 4096;

    private readonly Stream _stream;
    private readonly Action _onRead;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(InitialLength);
    private int _start;
    private int _end;
    private int _examined;
    private bool _isCompleted;
    private bool _isReading;
    private ValueTask<int> _pending;
    private short _version;
    private Action<object?>? _continuation;
    private object? _state;

    public ReplyPipeReader(Stream stream)
    {
        _stream = stream;
        _onRead = () => _continuation!(_state);
    }

    /// <summary>There is input that was read and not consumed.</summary>
    public bool HasUnread => _end > _start;

    /// <summary>
    /// More input is there, or the end of it, or it was found broken: <see cref="ReadAsync"/> does not wait. Begins to
    /// read if nobody does; what comes then is the next read's.
    /// </summary>
    public bool HasArrived()
    {
        if (_end > _examined || _isCompleted)
        {
            return true;
        }

        BeginRead();
        return _pending.IsCompleted;
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (_end > _examined || _isCompleted)
        {
            return new ValueTask<ReadResult>(Result());
        }

        BeginRead();
        return _pending.IsCompletedSuccessfully
            ? new ValueTask<ReadResult>(Take())
            : new ValueTask<ReadResult>(this, ++_version);
    }

    public override bool TryRead(out ReadResult result)
    {
        result = _end > _examined || _isCompleted ? Result() : default;
        return _end > _examined || _isCompleted;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        // Positions of the one segment that was handed out are offsets into the buffer.
        _start = consumed.GetInteger();
        _examined = examined.GetInteger();
        Debug.Assert(_start <= _examined && _examined <= _end);
        if (_start == _end)
        {
            _start = _end = _examined = 0;
        }
    }

    /// <summary>Reads are ended by closing the connection, never by this.</summary>
    public override void CancelPendingRead() => throw new NotSupportedException();

    public override void Complete(Exception? exception = null)
    {
        byte[] buffer = _buffer;
        _buffer = [];
        _start = _end = _examined = 0;
        _isCompleted = true;
        if (buffer.Length > 0 && !(_isReading && !_pending.IsCompleted)) // it may still be written to
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    ReadResult IValueTaskSource<ReadResult>.GetResult(short token)
    {
        Debug.Assert(token == _version);
        return Take();
    }

    ValueTaskSourceStatus IValueTaskSource<ReadResult>.GetStatus(short token)
    {
        Debug.Assert(token == _version);
        return !_pending.IsCompleted ? ValueTaskSourceStatus.Pending
            : _pending.IsCompletedSuccessfully ? ValueTaskSourceStatus.Succeeded
            : ValueTaskSourceStatus.Faulted;
    }

    void IValueTaskSource<ReadResult>.OnCompleted(
        Action<object?> continuation,
        object? state,
        short token,
        ValueTaskSourceOnCompletedFlags flags)
    {
        Debug.Assert(token == _version);
        _continuation = continuation;
        _state = state;
        _pending.GetAwaiter().UnsafeOnCompleted(_onRead);
    }

    private void BeginRead()
    {
        if (!_isReading)
        {
            MakeRoom();
            _isReading = true;
            try
            {
                _pending = _stream.ReadAsync(_buffer.AsMemory(_end), CancellationToken.None);
            }
            catch (Exception exception) when (exception is IOException or ObjectDisposedException)
            {
                _pending = ValueTask.FromException<int>(exception); // for who awaits it
            }
        }
    }

    private ReadResult Take()
    {
        _isReading = false;
        ValueTask<int> pending = _pending;
        _pending = default;
        int length = pending.GetAwaiter().GetResult();
        _end += length;
        _isCompleted = length == 0;
        return Result();
    }

    private ReadResult Result() =>
        new(new ReadOnlySequence<byte>(_buffer, _start, _end - _start), isCanceled: false, _isCompleted);

    private void MakeRoom()
    {
        if (_end < _buffer.Length)
        {
            return;
        }

        // Full of what is not a whole reply yet: ReplyParser's limits bound how often this happens.
        byte[] larger = _start > 0 ? _buffer : ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.AsSpan(_start, _end - _start).CopyTo(larger);
        if (!ReferenceEquals(larger, _buffer))
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        _examined -= _start;
        _end -= _start;
        _start = 0;
    }
}
