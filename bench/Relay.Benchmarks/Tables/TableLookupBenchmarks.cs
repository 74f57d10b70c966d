using System.Net;
using System.Text;
using BenchmarkDotNet.Attributes;
using Relay.Tables;
using Relay.Tables.Access;
using Relay.Tables.Addresses;
using Relay.Tables.Text;

namespace Relay.Benchmarks.Tables;

/// <summary>
/// Look-ups in tables of a million entries: at most 200 ns for one key, 0 octets. The keys vary, so that the caches of
/// the processor do not answer for the table. The baseline is the class library's dictionary over the same keys.
/// </summary>
[MemoryDiagnoser]
public class TableLookupBenchmarks
{
    private const int Entries = 1_000_000;

    /// <summary>A power of two; more keys than the second-level cache holds entries.</summary>
    private const int Keys = 1 << 16;

    private readonly byte[][] _hits = new byte[Keys][];
    private readonly byte[][] _misses = new byte[Keys][];
    private readonly byte[][] _localParts = new byte[Keys][];
    private readonly IPAddress _address = IPAddress.Parse("203.0.113.77");
    private AccessTable _access = AccessTable.Empty;
    private VirtUserTable _virtUser = VirtUserTable.Empty;
    private Dictionary<string, string> _dictionary = [];
    private string[] _hitStrings = [];
    private int _next;

    [GlobalSetup]
    public void Setup()
    {
        _access = AccessReader.Read(new TableText("access", TableTexts.Access(Entries)), new ProblemList("access"));
        _virtUser = VirtUserTable.Read(
            new TableText("virtusertable", TableTexts.VirtUser(Entries)), new ProblemList("virtusertable"));
        _dictionary = Enumerable.Range(0, Entries).ToDictionary(
            static i => $"user{i}@domain{i % 1000}.example.com", static i => $"mailbox{i}@hub.example.net");
        var random = new Random(1);
        for (int i = 0; i < Keys; i++)
        {
            int entry = random.Next(Entries);
            _localParts[i] = Encoding.ASCII.GetBytes($"user{entry}");
            _hits[i] = Encoding.ASCII.GetBytes($"user{entry}@domain{entry % 1000}.example.com");
            _misses[i] = Encoding.ASCII.GetBytes($"user{entry}@domain{(entry + 1) % 1000}.example.com");
        }

        _hitStrings = [.. _hits.Select(Encoding.ASCII.GetString)];
    }

    [Benchmark(Baseline = true)]
    public bool DictionaryHit() => _dictionary.TryGetValue(_hitStrings[Next()], out _);

    [Benchmark]
    public LookupResult TextHit() => _virtUser.Entries.Find(_hits[Next()], out _);

    [Benchmark]
    public LookupResult TextMiss() => _virtUser.Entries.Find(_misses[Next()], out _);

    [Benchmark]
    public LookupResult VirtUserHit()
    {
        ReadOnlySpan<byte> mailbox = _hits[Next()]; // as in a command: both parts side by side
        int at = mailbox.IndexOf((byte)'@');
        return _virtUser.Find(mailbox[..at], mailbox[(at + 1)..], out _);
    }

    /// <summary>A client unknown to the table: eight keys by name, eight by address.</summary>
    [Benchmark]
    public LookupResult AccessClientMiss() =>
        _access.FindClient(AccessTag.Connect, "mail.sub.example.org"u8, _address, out _);

    /// <summary>A sender unknown to the table: ten keys.</summary>
    [Benchmark]
    public LookupResult AccessSenderMiss() =>
        _access.FindMailbox(AccessTag.From, _localParts[Next()], "sub.example.org"u8, userKey: true, out _);

    private int Next() => _next = (_next + 1) & (Keys - 1);
}
