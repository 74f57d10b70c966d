using Microsoft.Win32.SafeHandles;
using Relay.Host.Submission;
using Relay.Host.Tables;
using Relay.Logging;
using Relay.Throttling;

namespace Relay.Host.Running;

/// <summary>
/// Takes up what the drop folder holds and submits it for the files' owners. A file goes only when its message is in
/// the queue, so a crash may repeat one but lose none. Looked at with the heartbeat; one walk at a time, on a thread of
/// the pool. Thread-safe.
/// </summary>
internal sealed class DropCollector(
    string folder, string socket, string hostName, long sizeMax, LocalUsers users, IMailLog log, TimeProvider time)
    : IHeartbeatHandler, IAsyncDisposable
{
    /// <summary>A file that could not be submitted is tried again after this many milliseconds.</summary>
    private const long RetryTime = 60_000;

    /// <summary>Addresses and keys above the content.</summary>
    private const long HeadMax = 16 << 20;

    private static readonly TimeSpan UnfinishedLifetime = TimeSpan.FromDays(1);

    private readonly HashSet<string> _suspect = [];
    private readonly Lock _lock = new();
    private Task _walk = Task.CompletedTask;
    private DateTime _seen;
    private long _retryAt;
    private volatile bool _stopped;

    public void OnHeartbeat(long now)
    {
        lock (_lock)
        {
            if (_stopped || !_walk.IsCompleted || !HasWork(now))
            {
                return;
            }

            _retryAt = long.MaxValue;
            _walk = Task.Run(() => Walk(now));
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task walk;
        lock (_lock)
        {
            _stopped = true;
            walk = _walk;
        }

        await walk;
    }

    private bool HasWork(long now)
    {
        DateTime changed = Directory.GetLastWriteTimeUtc(folder);
        if (changed == _seen && now < _retryAt)
        {
            return false;
        }

        // Within the clock's grain of a change another one could go unseen: look again.
        _seen = time.GetUtcNow().UtcDateTime - changed > TimeSpan.FromSeconds(2) ? changed : default;
        return true;
    }

    private void Walk(long now)
    {
        try
        {
            foreach (string path in Directory.EnumerateFiles(folder, "*").Order(StringComparer.Ordinal))
            {
                if (_stopped)
                {
                    return;
                }

                string name = Path.GetFileName(path);
                if (name.StartsWith(DropFolder.MessagePrefix, StringComparison.Ordinal))
                {
                    TakeUp(path, now);
                }
                else if (name.StartsWith(DropFolder.UnfinishedPrefix, StringComparison.Ordinal))
                {
                    RemoveIfStale(path);
                }
            }
        }
        catch (Exception exception)
        {
            // the loop's boundary: the next change or minute tries again
            _retryAt = now + RetryTime;
            log.WriteDaemon($"drop folder {folder}: {exception.Message}");
        }
    }

    private void TakeUp(string path, long now)
    {
        if (_suspect.Contains(path))
        {
            return;
        }

        try
        {
            SubmittedMessage message = Read(path);
            if (TrySubmit(message, path))
            {
                File.Delete(path);
            }
            else
            {
                _retryAt = now + RetryTime;
            }
        }
        catch (FormatException exception)
        {
            _suspect.Add(path); // it stays for the administrator; said once
            log.WriteDaemon($"{path} was not taken up: {exception.Message}");
        }
        catch (IOException exception)
        {
            _retryAt = now + RetryTime;
            log.WriteDaemon($"{path} cannot be taken up now: {exception.Message}");
        }
    }

    /// <summary>Whose file it is says who submitted it, so nobody else may have had a hand in it.</summary>
    private SubmittedMessage Read(string path)
    {
        using SafeFileHandle file = SystemCalls.OpenUntrusted(path);
        FileOwner owner = SystemCalls.OwnerOf(file);
        if (!owner.IsRegular || owner.Links != 1
            || (owner.Mode & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0)
        {
            throw new FormatException("expected a regular file with one name that only its owner may write");
        }

        long length = RandomAccess.GetLength(file);
        if (length > Math.Min(sizeMax + HeadMax, Array.MaxLength))
        {
            throw new FormatException($"larger than messages may be ({sizeMax} octets)");
        }

        byte[] octets = new byte[length];
        for (int at = 0; at < octets.Length;)
        {
            int read = RandomAccess.Read(file, octets.AsSpan(at), at);
            at += read > 0 ? read : throw new IOException("the file shrank");
        }

        return DropFile.Read(octets, UserAccount.Find(owner.User));
    }

    /// <summary>False if it must be tried again later.</summary>
    private bool TrySubmit(SubmittedMessage message, string path)
    {
        SubmissionResult? result = Submit(message, message.User);
        if (result is null || result.Deferred.Count > 0)
        {
            return false; // some recipients may get it twice then, none gets it never
        }

        log.WriteDaemon($"{path} of {message.User.Name} taken up as {result.QueueId ?? "refused"}");
        (string Recipient, string Reply)[] refused = result.QueueId is null && result.Refused.Count == 0
            ? [.. message.Recipients.Select(r => (r, result.Problem ?? "refused"))]
            : [.. result.Refused];
        return refused.Length == 0 || TryReturn(message, refused, path);
    }

    private SubmissionResult? Submit(SubmittedMessage message, UserAccount user)
    {
        users.Impersonated = user;
        try
        {
            using SubmissionClient? client = SubmissionClient.TryConnect(socket, onDelivery: null, out _);
            return client?.Submit(message);
        }
        finally
        {
            users.Impersonated = null;
        }
    }

    /// <summary>Nobody waits for the command's exit any more: the sender hears of a refusal by mail.</summary>
    private bool TryReturn(SubmittedMessage message, (string Recipient, string Reply)[] refused, string path)
    {
        string sender = MessageCompleter.SenderOf(message, hostName);
        SubmittedMessage notice = ReturnedMessage.Make(message, refused, hostName, time.GetLocalNow());
        foreach (string recipient in (string[])[sender, "postmaster"])
        {
            if (recipient.Length == 0)
            {
                continue;
            }

            SubmissionResult? result = Submit(notice with { Recipients = [recipient] }, UserAccount.Current);
            if (result is null || result.Deferred.Count > 0)
            {
                return false;
            }

            if (result.QueueId is not null)
            {
                return true;
            }
        }

        string kept = Path.Combine(folder, "dead." + Path.GetFileName(path));
        File.Move(path, kept, overwrite: true); // replaces a link of that name, and does not follow it
        log.WriteDaemon($"{path} was refused and so was its return to the sender; kept as {kept}");
        return true;
    }

    private void RemoveIfStale(string path)
    {
        if (time.GetUtcNow().UtcDateTime - File.GetLastWriteTimeUtc(path) > UnfinishedLifetime)
        {
            File.Delete(path);
        }
    }
}
