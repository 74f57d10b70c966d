namespace Relay.Queue.Journal;

/// <summary>A system call on the queue's files failed; carries the real errno.</summary>
internal sealed class QueueFileException : IOException
{
    /// <summary>ENOENT.</summary>
    public const int NoEntry = 2;

    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;

    public QueueFileException(string operation, string path, int errno)
        : base($"{operation} {path}: {System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(errno)} "
            + $"(errno {errno})", errno)
    {
        Errno = errno;
    }

    public int Errno { get; }

    public bool IsMissing => Errno == NoEntry;

    public bool IsNoSpace => Errno is NoSpace or QuotaExceeded;

    /// <summary>What the queue's callers are told.</summary>
    public MailQueueError QueueError
        => IsNoSpace ? MailQueueError.InsufficientStorage : MailQueueError.StorageFailed;
}
