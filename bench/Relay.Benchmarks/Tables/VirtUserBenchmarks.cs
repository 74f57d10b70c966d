using System.Text;
using BenchmarkDotNet.Attributes;
using Relay.Tables;
using Relay.Tables.Addresses;
using Relay.Tables.Text;

namespace Relay.Benchmarks.Tables;

/// <summary>
/// A whole address in a virtusertable of a million entries: at most 200 ns, 0 octets. What is asked for varies, so that
/// the caches of the processor do not answer for the table.
/// </summary>
[MemoryDiagnoser]
public class VirtUserBenchmarks
{
    private const int Entries = 1_000_000;

    /// <summary>A power of two; more addresses than the second-level cache holds entries.</summary>
    private const int Addresses = 1 << 16;

    private readonly byte[][] _hits = new byte[Addresses][];
    private readonly byte[][] _details = new byte[Addresses][];
    private readonly byte[][] _misses = new byte[Addresses][];
    private readonly byte[][] _detailMisses = new byte[Addresses][];
    private readonly byte[][] _others = new byte[Addresses][];
    private VirtUserTable _table = VirtUserTable.Empty;
    private int _next;

    /// <summary>Every kind of key is in the table; else only <c>user@domain</c>.</summary>
    [Params(false, true)]
    public bool AllKinds { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        byte[] text = [.. TableTexts.VirtUser(Entries), .. AllKinds ? TableTexts.VirtUserKinds() : []];
        _table = VirtUserTable.Read(new TableText("virtusertable", text), new ProblemList("virtusertable"));
        var random = new Random(1);
        for (int i = 0; i < Addresses; i++)
        {
            int entry = random.Next(Entries);
            int domain = entry % 1000;
            _hits[i] = Encoding.ASCII.GetBytes($"user{entry}@domain{domain}.example.com");
            _details[i] = Encoding.ASCII.GetBytes($"user{entry}+list@domain{domain}.example.com");
            _misses[i] = Encoding.ASCII.GetBytes($"nobody{entry}@domain{domain}.example.com");
            _detailMisses[i] = Encoding.ASCII.GetBytes($"nobody{entry}+list@domain{domain}.example.com");
            _others[i] = Encoding.ASCII.GetBytes($"user{entry}@other{domain}.example.com");
        }
    }

    /// <summary>The first key is there.</summary>
    [Benchmark]
    public LookupResult Hit() => Find(_hits, LookupResult.Found);

    /// <summary>Three keys are not there, the fourth is.</summary>
    [Benchmark]
    public LookupResult HitBehindDetail() => Find(_details, LookupResult.Found);

    /// <summary>Neither the user nor the domain is there.</summary>
    [Benchmark]
    public LookupResult Miss() => Find(_misses, LookupResult.NotFound);

    /// <summary>None of seven keys is there.</summary>
    [Benchmark]
    public LookupResult MissWithDetail() => Find(_detailMisses, LookupResult.NotFound);

    /// <summary>A domain of which there is no key.</summary>
    [Benchmark]
    public LookupResult OtherDomain() => Find(_others, LookupResult.NotFound);

    private LookupResult Find(byte[][] addresses, LookupResult expected)
    {
        _next = (_next + 1) & (Addresses - 1);
        ReadOnlySpan<byte> mailbox = addresses[_next]; // as in a command: both parts side by side
        int at = mailbox.IndexOf((byte)'@');
        LookupResult result = _table.Find(mailbox[..at], mailbox[(at + 1)..], out _);
        return result == expected ? result : throw new InvalidOperationException($"{result} for an address");
    }
}
