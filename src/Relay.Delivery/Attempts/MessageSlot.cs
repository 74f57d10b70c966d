using Relay.Delivery.Client;
using Relay.Queue;

namespace Relay.Delivery.Attempts;

/// <summary>A message and its transaction; a worker has two that change places as its pipeline moves on.</summary>
internal sealed class MessageSlot(DeliveryContext context) : IDisposable
{
    private MessageAttempt? _attempt;

    /// <summary>Made when first used: without pipelined transactions the second slot stays empty.</summary>
    public MessageAttempt Attempt => _attempt ??= new MessageAttempt(context);

    public MailTransaction Transaction { get; } = new();

    public QueueId Id { get; private set; }

    /// <summary>There is a job to end.</summary>
    public bool IsOpen { get; set; }

    /// <summary>The transaction's commands were sent ahead.</summary>
    public bool IsBegun { get; set; }

    /// <summary>A transaction was begun for it before, on whatever connection.</summary>
    public bool HasTransaction { get; set; }

    public void Open(QueueId id)
    {
        Id = id;
        HasTransaction = false;
        IsOpen = true;
        IsBegun = false;
    }

    /// <summary>Ends the job, if there is one, with nothing done: the message is tried again later.</summary>
    public void GiveBack()
    {
        if (IsOpen)
        {
            IsOpen = false;
            _attempt?.ReleaseClaims();
            context.Queue.Return(Id, context.UtcNow + context.Life.Options.Initial);
            context.Retries.OnJobEnded(Id);
        }
    }

    public void Dispose() => _attempt?.Dispose();
}
