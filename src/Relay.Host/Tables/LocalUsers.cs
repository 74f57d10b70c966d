using System.Collections.Concurrent;
using Relay.Host.Submission;
using Relay.Server.Policies;

namespace Relay.Host.Tables;

/// <summary>
/// Names the users that submit on this machine. The system's database may be slow (LDAP), so what it said is kept for a
/// while. Thread-safe.
/// </summary>
internal sealed class LocalUsers(Func<IReadOnlyList<string>> trusted, TimeProvider time)
{
    private const int KeptMax = 10_000;
    private static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<uint, (UserAccount Account, long Since)> _known = new();
    private volatile UserAccount? _impersonated;

    /// <summary>
    /// The owner of the dropped file that this process itself submits at the moment; null if it speaks for itself.
    /// </summary>
    public UserAccount? Impersonated
    {
        get => _impersonated;
        set => _impersonated = value;
    }

    /// <summary>Completes at once for a user asked for lately.</summary>
    /// <param name="id">By the kernel's word.</param>
    /// <param name="process">By the kernel's word; our own submits what was dropped, for the file's owner.</param>
    public ValueTask<LocalUser> FindAsync(uint id, int process)
    {
        if (process == Environment.ProcessId && _impersonated is { } owner)
        {
            return ValueTask.FromResult(Make(owner));
        }

        return _known.TryGetValue(id, out (UserAccount Account, long Since) known)
            && time.GetElapsedTime(known.Since) < KeptFor
            ? ValueTask.FromResult(Make(known.Account))
            : new ValueTask<LocalUser>(Task.Run(() => Make(Ask(id)))); // not on the session's thread
    }

    private UserAccount Ask(uint id)
    {
        UserAccount account = UserAccount.Find(id);
        if (_known.Count >= KeptMax)
        {
            _known.Clear();
        }

        _known[id] = (account, time.GetTimestamp());
        return account;
    }

    /// <summary>This process's own user could do whatever it likes to the queue.</summary>
    private LocalUser Make(UserAccount account) => new(
        account.Id,
        account.Name,
        account.Id == SystemCalls.EffectiveUserId || trusted().Contains(account.Name, StringComparer.Ordinal));
}
