using System.Collections.Concurrent;
using System.Security.Cryptography;
using Relay.Sasl;
using Relay.Throttling;

namespace Relay.Server.Authentication;

/// <summary>
/// Compares passwords with keys, which takes a processor for as long as the keys' iterations say: on pool threads, a
/// few at once. A password that was found right lately is known by a keyed hash and costs next to nothing, since
/// clients come again for each message. Thread-safe.
/// </summary>
internal sealed class PasswordChecker : IDisposable
{
    /// <summary>More than this waiting are told to come again: they would wait for minutes.</summary>
    internal const int WaitingMax = 256;

    /// <summary>Passwords remembered.</summary>
    private const int KnownMax = 4096;

    /// <summary>Milliseconds for which a password is remembered.</summary>
    private const long KnownFor = 600_000;

    private readonly Heartbeat _heartbeat;
    private readonly SemaphoreSlim _places;
    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(ScramKeys.Length);
    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);
    private readonly Func<Func<bool>, Task<bool>> _run;
    private int _waiting;

    /// <param name="heartbeat">Says when a password is forgotten.</param>
    /// <param name="checksMax">At once; 0 is half of the processors.</param>
    /// <param name="run">Runs a computation; null for pool threads.</param>
    public PasswordChecker(Heartbeat heartbeat, int checksMax, Func<Func<bool>, Task<bool>>? run = null)
    {
        _heartbeat = heartbeat;
        _run = run ?? Task.Run;
        _places = new SemaphoreSlim(checksMax > 0 ? checksMax : Math.Max(1, Environment.ProcessorCount / 2));
    }

    /// <summary>Checks that were made by computing, for the tests.</summary>
    internal int Computed { get; private set; }

    /// <returns>Null if too many are waiting.</returns>
    public ValueTask<bool?> CheckAsync(string user, byte[] password, ScramKeys keys)
    {
        byte[] mark = HMACSHA256.HashData(_secret, password);
        if (_known.TryGetValue(user, out Known? known)
            && known.StoredKey.AsSpan().SequenceEqual(keys.StoredKey)
            && _heartbeat.Now < known.Until
            && CryptographicOperations.FixedTimeEquals(known.Mark, mark))
        {
            return ValueTask.FromResult<bool?>(true);
        }

        if (Interlocked.Increment(ref _waiting) > WaitingMax)
        {
            Interlocked.Decrement(ref _waiting);
            return ValueTask.FromResult<bool?>(null);
        }

        return ComputeAsync(user, password, keys, mark);
    }

    public void Dispose() => _places.Dispose();

    private async ValueTask<bool?> ComputeAsync(string user, byte[] password, ScramKeys keys, byte[] mark)
    {
        try
        {
            await _places.WaitAsync();
            try
            {
                Computed++;
                bool matches = await _run(() => keys.Matches(password));
                if (matches)
                {
                    Remember(user, keys, mark);
                }

                return matches;
            }
            finally
            {
                _places.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private void Remember(string user, ScramKeys keys, byte[] mark)
    {
        if (_known.Count >= KnownMax)
        {
            _known.Clear(); // rare, and costs those users one computation each
        }

        _known[user] = new Known(keys.StoredKey, mark, _heartbeat.Now + KnownFor);
    }

    private sealed record Known(byte[] StoredKey, byte[] Mark, long Until);
}
