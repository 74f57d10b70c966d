using System.Collections.Concurrent;
using Relay.Queue;

namespace Relay.Server.Transactions;

/// <summary>
/// Transactions between two uses. Bounded by what is kept; more are made when needed and dropped afterwards.
/// Thread-safe; renting and returning allocate nothing once the pool is warm.
/// </summary>
internal sealed class MailTransactionPool(IMailQueue queue) : IDisposable
{
    private const int KeptMax = 1024;

    private readonly ConcurrentQueue<MailTransaction> _kept = new();
    private MailTransaction? _last;
    private int _count;

    public MailTransaction Rent()
    {
        MailTransaction? transaction = _last;
        if (transaction is not null && Interlocked.CompareExchange(ref _last, null, transaction) == transaction)
        {
            return transaction;
        }

        if (_kept.TryDequeue(out transaction))
        {
            Interlocked.Decrement(ref _count);
            return transaction;
        }

        return new MailTransaction(queue);
    }

    /// <summary>Takes a transaction back in any state.</summary>
    public void Return(MailTransaction transaction)
    {
        transaction.Reset();
        if (_last is null && Interlocked.CompareExchange(ref _last, transaction, null) is null)
        {
            return;
        }

        if (Interlocked.Increment(ref _count) <= KeptMax)
        {
            _kept.Enqueue(transaction);
        }
        else
        {
            Interlocked.Decrement(ref _count);
            transaction.Dispose();
        }
    }

    public void Dispose()
    {
        Interlocked.Exchange(ref _last, null)?.Dispose();
        while (_kept.TryDequeue(out MailTransaction? transaction))
        {
            transaction.Dispose();
        }
    }
}
