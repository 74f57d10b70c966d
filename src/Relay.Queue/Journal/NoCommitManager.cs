using FASTER.core;

namespace Relay.Queue.Journal;

/// <summary>
/// Gives FASTER the tail that our own scan found and writes nothing, ever: FASTER's commit metadata is what can empty
/// a queue (pitfalls P1-P4), and an exception here would hang every waiter (P3).
/// </summary>
internal sealed class NoCommitManager : ILogCommitManager
{
    private readonly byte[] _recovered;

    public NoCommitManager(long begin, long tail)
    {
        var info = new FasterLogRecoveryInfo { BeginAddress = begin, UntilAddress = tail, CommitNum = 1 };
        _recovered = info.ToByteArray();
    }

    public void Commit(
        long beginAddress, long untilAddress, byte[] commitMetadata, long commitNum, bool forceWriteMetadata)
    {
    }

    public byte[] GetCommitMetadata(long commitNum) => _recovered;

    public IEnumerable<long> ListCommits() => [1];

    public void RemoveCommit(long commitNum)
    {
    }

    public void RemoveAllCommits()
    {
    }

    public void OnRecovery(long commitNum)
    {
    }

    public void Dispose()
    {
    }
}
