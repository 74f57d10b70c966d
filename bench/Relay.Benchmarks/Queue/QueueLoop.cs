using System.Buffers;
using Relay.Queue;
using Relay.Queue.Engine;
using Relay.Smtp;
using Relay.Smtp.Replies;

namespace Relay.Benchmarks.Queue;

/// <summary>One session and one worker on a queue over a <see cref="RingJournal"/>, with all they reuse.</summary>
internal sealed class QueueLoop : IQueueConsumer, IDisposable
{
    private readonly MailQueue _queue;
    private readonly IncomingMessage _incoming;
    private readonly QueuedMessage _queued;
    private readonly AcceptRequest _request = new(new Envelope());
    private readonly ReadOnlySequence<byte> _content;
    private readonly RecipientOutcome[] _delivered =
        [new(0, RecipientStatus.Delivered, 250, new EnhancedStatusCode(2, 0, 0), "2.0.0 Ok: queued"u8.ToArray())];

    private readonly RecipientOutcome[] _deferred =
        [new(0, RecipientStatus.Deferred, 451, new EnhancedStatusCode(4, 3, 0), "4.3.0 Try again"u8.ToArray())];

    private readonly byte[] _read = new byte[64 << 10];
    private QueueId _ready;

    public QueueLoop(int size)
    {
        _queue = MailQueueOpener.Open(
            (_, _) => new RingJournal(), files: null, new MailQueueOptions(), TimeProvider.System);
        _incoming = _queue.CreateIncoming();
        _queued = _queue.CreateQueued();
        _queue.Start(this);
        _content = new ReadOnlySequence<byte>(Corpus.Message(size));
        _request.Prologue = "Received: from c.example.org by r.example.org with ESMTP id 0; now\r\n"u8.ToArray();
    }

    public void Ready(QueueId id, uint tag, Envelope? envelope) => _ready = id;

    public void Accept()
    {
        Envelope envelope = _request.Envelope;
        envelope.Reset();
        envelope.SetReversePath("sender@example.org"u8);
        envelope.SetHelo("client.example.org"u8);
        envelope.SetClient("client.example.org [192.0.2.1]"u8);
        envelope.AddRecipient("recipient@example.net"u8, default, DsnNotify.Unspecified);
        _incoming.Begin();
        ValueTask accept = _incoming.AcceptAsync(_request, _content);
        accept.GetAwaiter().GetResult();
    }

    public void Deliver()
    {
        _queue.Assign(_ready, 1, 1);
        _queue.TryOpen(_ready, _queued);
        _queued.Read(0, _read);
        _queue.Complete(_queued, _delivered, default);
    }

    /// <summary>One attempt that fails for now, and the message ready again.</summary>
    public void Defer()
    {
        _queue.Assign(_ready, 1, 1);
        _queue.TryOpen(_ready, _queued);
        _queue.Complete(_queued, _deferred, DateTimeOffset.MaxValue);
        _queue.Expedite(_ready);
    }

    public void Dispose()
    {
        _queued.Dispose();
        _incoming.Dispose();
        _queue.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
