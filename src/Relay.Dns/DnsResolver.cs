using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Relay.Dns.Caching;
using Relay.Dns.Hosts;
using Relay.Dns.Messages;
using Relay.Dns.Transport;

namespace Relay.Dns;

/// <summary>
/// The stub resolver: answers from its cache, asks recursive name servers for the rest, one question at a time for
/// everyone who has it. Thread-safe.
/// </summary>
public sealed class DnsResolver : IDnsResolver
{
    /// <summary>An answer with TTL 0 is for the present delivery, which takes a moment (RFC 1035 §3.2.1).</summary>
    private static readonly TimeSpan _ttlMin = TimeSpan.FromSeconds(1);

    private static readonly DnsAnswer _noSuchName =
        new() { Status = DnsStatus.NameError, CanonicalName = string.Empty };

    private readonly DnsOptions _options;
    private readonly DnsClient _client;
    private readonly AnswerCache _cache;
    private readonly ConcurrentDictionary<byte[], TaskCompletionSource<DnsAnswer>> _flights = new(QuestionKey.Comparer);

    public DnsResolver(DnsOptions options, TimeProvider time)
    {
        _options = options;
        var file = new WatchedFile<ResolverConfiguration>(options.ResolvConf, ResolverConfiguration.Parse, time);
        _client = new DnsClient(options, new NameServerList(options, file), time);
        _cache = new AnswerCache(time, options.CacheEntriesMax);
    }

    /// <summary>Answers in the cache, some of which may have outlived themselves.</summary>
    public int CachedAnswers => _cache.Count;

    /// <inheritdoc/>
    public bool TryGetCached(ReadOnlySpan<byte> name, DnsRecordType type, [NotNullWhen(true)] out DnsAnswer? answer)
    {
        Span<byte> key = stackalloc byte[QuestionKey.LengthMax];
        if (!WireName.TryEncode(name, key, out int length))
        {
            answer = _noSuchName;
            return true;
        }

        return _cache.TryGet(key[..QuestionKey.Complete(key, length, type)], out answer, out _);
    }

    /// <inheritdoc/>
    public ValueTask<DnsAnswer> QueryAsync(string name, DnsRecordType type, CancellationToken cancellation)
    {
        Span<byte> key = stackalloc byte[QuestionKey.LengthMax];
        if (!WireName.TryEncode(name, key, out int nameLength))
        {
            return ValueTask.FromResult(_noSuchName); // no such name can exist
        }

        key = key[..QuestionKey.Complete(key, nameLength, type)];
        if (_cache.TryGet(key, out DnsAnswer? answer, out _))
        {
            return ValueTask.FromResult(answer);
        }

        var flight = new TaskCompletionSource<DnsAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        byte[] question = key.ToArray();
        TaskCompletionSource<DnsAnswer> known = _flights.GetOrAdd(question, flight);
        if (ReferenceEquals(known, flight))
        {
            _ = FlyAsync(question, type, flight);
        }

        return new ValueTask<DnsAnswer>(
            cancellation.CanBeCanceled ? known.Task.WaitAsync(cancellation) : known.Task);
    }

    private static DnsAnswer TemporaryFailure(byte[] name) => new()
    {
        Status = DnsStatus.TemporaryFailure,
        CanonicalName = WireName.ToText(name),
    };

    /// <summary>An answer for another name than the one asked for is authentic only if the way to it is.</summary>
    private static DnsAnswer WithAuthenticity(DnsAnswer answer, bool isAuthentic) =>
        answer.IsAuthentic == isAuthentic
            ? answer
            : new DnsAnswer
            {
                Status = answer.Status,
                CanonicalName = answer.CanonicalName,
                IsAuthentic = isAuthentic,
                Addresses = answer.Addresses,
                Exchanges = answer.Exchanges,
                Names = answer.Names,
                Data = answer.Data,
            };

    /// <summary>The boundary of a question: whatever goes wrong is a temporary failure.</summary>
    private async Task FlyAsync(byte[] key, DnsRecordType type, TaskCompletionSource<DnsAnswer> flight)
    {
        byte[] name = key[..^2];
        DnsAnswer answer;
        try
        {
            (answer, TimeSpan ttl) = await AskAsync(name, type);
            if (ttl > TimeSpan.Zero)
            {
                _cache.Set(key, answer, ttl);
            }
        }
        catch (Exception)
        {
            answer = TemporaryFailure(name);
        }

        _flights.TryRemove(key, out _);
        flight.SetResult(answer);
    }

    /// <summary>Asks, and asks on where a chain of CNAMEs leaves the server's knowledge.</summary>
    private async ValueTask<(DnsAnswer Answer, TimeSpan Ttl)> AskAsync(byte[] name, DnsRecordType type)
    {
        byte[] current = name;
        TimeSpan ttl = TimeSpan.MaxValue;
        bool isAuthentic = true;
        int hops = 0;
        while (hops <= ResponseReader.HopsMax)
        {
            if (hops > 0 && _cache.TryGet(QuestionKey.Of(current, type), out DnsAnswer? known, out TimeSpan left))
            {
                return (WithAuthenticity(known, isAuthentic && known.IsAuthentic), left < ttl ? left : ttl);
            }

            Response response = await _client.AskAsync(current, type);
            if (response.Kind != ResponseKind.Answer)
            {
                break;
            }

            hops += response.Hops;
            isAuthentic &= response.IsAuthentic;
            TimeSpan lifetime = Lifetime(response);
            ttl = lifetime < ttl ? lifetime : ttl;
            if (response.Answer is { } answer)
            {
                return (WithAuthenticity(answer, isAuthentic), ttl);
            }

            current = response.Next!;
        }

        return (TemporaryFailure(name), _options.FailureTtl);
    }

    /// <summary>Zero: not to be kept (a denial without SOA, RFC 2308 §5).</summary>
    private TimeSpan Lifetime(in Response response)
    {
        if (response.Ttl < 0)
        {
            return TimeSpan.Zero;
        }

        bool isDenial = response.Answer is { Status: not DnsStatus.Found };
        TimeSpan maximum = isDenial && _options.NegativeTtlMax < _options.TtlMax
            ? _options.NegativeTtlMax
            : _options.TtlMax;
        TimeSpan ttl = TimeSpan.FromSeconds(response.Ttl);
        return ttl < _ttlMin ? _ttlMin : ttl > maximum ? maximum : ttl;
    }
}
