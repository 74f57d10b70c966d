using System.Buffers;

namespace Relay.Queue.Null;

/// <summary>Gathers one message in a pooled <see cref="NullMessage"/> and hands that over.</summary>
internal sealed class NullIncomingMessage(NullMailQueue queue) : IncomingMessage
{
    private NullMessage? _message;

    public override void Begin()
    {
        queue.ThrowIfUnavailable();
        _message ??= queue.RentMessage();
        _message.Reset();
        Id = queue.NextId();
    }

    public override ValueTask AppendAsync(ReadOnlySequence<byte> content)
    {
        Current().Append(content);
        return ValueTask.CompletedTask;
    }

    public override ValueTask AcceptAsync(AcceptRequest request, ReadOnlySequence<byte> rest)
    {
        NullMessage message = Current();
        queue.ThrowIfUnavailable();
        message.Finish(request.Prologue.Span, rest);
        message.Id = Id;
        message.Flags = request.Flags;
        message.StuffedDotCount = request.StuffedDotCount;
        EnvelopeCopier.Copy(request.Envelope, message.Envelope);
        message.PrepareRecipients();
        _message = null;
        queue.Insert(message, request);
        return ValueTask.CompletedTask;
    }

    public override void Abort() => _message?.Reset();

    public override void Dispose()
    {
        if (_message is { } message)
        {
            _message = null;
            message.Reset();
            queue.ReturnMessage(message);
        }
    }

    private NullMessage Current() =>
        _message is { } message && !Id.IsNone
            ? message
            : throw new InvalidOperationException("Begin was not called.");
}
