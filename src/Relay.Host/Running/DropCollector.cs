using Microsoft.Win32.SafeHandles;
using Relay.Host.Submission;
using Relay.Host.Tables;
using Relay.Logging;
using Relay.Throttling;

namespace Relay.Host.Running;

/// <summary>
/// Takes up what the drop folder holds and submits it for the files' owners. A file goes only when its message is in
/// the queue, so a crash may repeat one but lose none. If only some recipients are taken, the file is replaced by one
/// of the relay's with the others, before anything is tried again. Looked at with the heartbeat; one walk at a time, on
/// a thread of the pool. Thread-safe.
/// </summary>
internal sealed class DropCollector(
    string folder,
    string socket,
    string hostName,
    long sizeMax,
    Func<TimeSpan> lifetime,
    LocalUsers users,
    IMailLog log,
    TimeProvider time)
    : IHeartbeatHandler, IAsyncDisposable
{
    /// <summary>A file that could not be submitted is tried again after this many milliseconds.</summary>
    private const long RetryTime = 60_000;

    /// <summary>Addresses and keys above the content.</summary>
    private const long HeadMax = 16 << 20;

    private static readonly TimeSpan UnfinishedLifetime = TimeSpan.FromDays(1);

    private readonly HashSet<string> _suspect = [];

    /// <summary>When a file may be tried again.</summary>
    private readonly Dictionary<string, long> _waits = [];

    /// <summary>What is left of a message and could not yet be written to its file: what is done is done.</summary>
    private readonly Dictionary<string, SubmittedMessage> _unrecorded = [];

    private readonly Lock _lock = new();
    private Task _walk = Task.CompletedTask;
    private DateTime _seen;
    private long _retryAt;
    private volatile bool _stopped;

    /// <summary>Completes when nothing is being taken up; for tests.</summary>
    internal Task Idle
    {
        get
        {
            lock (_lock)
            {
                return _walk;
            }
        }
    }

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
        ForgetMissing(now);
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
            _waits[folder] = now + RetryTime;
            log.WriteDaemon($"drop folder {folder}: {exception.Message}");
        }

        _retryAt = _waits.Count > 0 ? _waits.Values.Min() : long.MaxValue;
    }

    private void ForgetMissing(long now)
    {
        _suspect.RemoveWhere(static path => !File.Exists(path));
        foreach (string path in _unrecorded.Keys.Where(static path => !File.Exists(path)).ToArray())
        {
            _unrecorded.Remove(path);
        }

        foreach (string path in _waits.Where(w => w.Value <= now || !File.Exists(w.Key)).Select(w => w.Key).ToArray())
        {
            _waits.Remove(path);
        }
    }

    private void TakeUp(string path, long now)
    {
        if (_suspect.Contains(path) || _waits.ContainsKey(path))
        {
            return;
        }

        try
        {
            if (TryFinish(path))
            {
                return;
            }
        }
        catch (FormatException exception)
        {
            _suspect.Add(path); // it stays for the administrator; said once
            log.WriteDaemon($"{path} was not taken up: {exception.Message}");
            return;
        }
        catch (Exception exception)
        {
            // the file's boundary: those behind it do not wait for it
            log.WriteDaemon($"{path} cannot be taken up now: {exception.Message}");
        }

        _waits[path] = now + RetryTime;
    }

    /// <summary>False if something of the file must be tried again later.</summary>
    private bool TryFinish(string path)
    {
        SubmittedMessage message = _unrecorded.TryGetValue(path, out SubmittedMessage? known) ? known : Read(path);
        if (message.Recipients.Count > 0)
        {
            SubmissionResult? result = Submit(message, message.User);
            if (result is null)
            {
                return false;
            }

            message = KeepLeft(path, message, result);
        }

        Record(path, message);
        if (message.Refused.Count > 0)
        {
            if (!TryReturn(message, path))
            {
                return false;
            }

            message = message with { Refused = [] };
            _unrecorded[path] = message;
            Record(path, message);
        }

        if (message.Recipients.Count > 0)
        {
            return false;
        }

        File.Delete(path);
        _unrecorded.Remove(path);
        return true;
    }

    /// <summary>What is still to be done after a submission.</summary>
    private SubmittedMessage KeepLeft(string path, SubmittedMessage message, SubmissionResult result)
    {
        DateTimeOffset now = time.GetLocalNow();
        bool isTooOld = now - message.Date > lifetime();
        string reason = $"554 5.4.7 Message timed out; the last reply was: {result.Problem}";
        SubmittedMessage left = message with
        {
            Date = message.Date < now ? message.Date : now, // its age counts from here on, whatever the user says
            Recipients = isTooOld ? [] : result.Deferred,
            Refused =
            [
                .. message.Refused,
                .. result.Refused,
                .. isTooOld ? result.Deferred.Select(r => (r, reason)) : [],
            ],
        };
        if (left.Recipients.Count != message.Recipients.Count)
        {
            string wait = left.Recipients.Count > 0 ? $"; {left.Recipients.Count} recipients wait" : string.Empty;
            log.WriteDaemon($"{path} of {message.User.Name} taken up as {result.QueueId ?? "refused"}{wait}");
        }
        else if (left.Date == message.Date)
        {
            return left; // nothing to record
        }

        _unrecorded[path] = left;
        return left;
    }

    /// <summary>Nobody who got the message gets it again, whatever happens from here on.</summary>
    private void Record(string path, SubmittedMessage left)
    {
        if (left.Recipients.Count + left.Refused.Count > 0 && _unrecorded.ContainsKey(path))
        {
            DropFolder.Replace(path, left);
            _unrecorded.Remove(path);
        }
    }

    /// <summary>
    /// Whose file it is says who submitted it, so nobody else may have had a hand in it. The relay's own files name the
    /// user whose file they replaced.
    /// </summary>
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

        return DropFile.Read(
            octets, UserAccount.Find(owner.User), mayNameUser: owner.User == SystemCalls.EffectiveUserId);
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
    private bool TryReturn(SubmittedMessage message, string path)
    {
        string sender = MessageCompleter.SenderOf(message, hostName);
        SubmittedMessage notice = ReturnedMessage.Make(message, hostName, time.GetLocalNow());
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

        // As it was for these recipients, so that it can be renamed back.
        string kept = Path.Combine(folder, "dead." + Path.GetFileName(path));
        string[] recipients = [.. message.Refused.Select(static r => r.Recipient)];
        DropFolder.Replace(kept, message with { Recipients = recipients, Refused = [] });
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
