using BenchmarkDotNet.Attributes;
using Relay.Routing.Options;

namespace Relay.Benchmarks.Routing;

/// <summary>
/// What Sendmail's checks cost a message, tables of a million entries: at the connection, at MAIL, at RCPT, and the
/// recipient's resolution. Everything that is allowed allocates nothing.
/// </summary>
[MemoryDiagnoser]
public class CheckBenchmarks
{
    private const int Entries = 1_000_000;

    private CheckedSession _session = null!;
    private CheckedSession _delayed = null!;

    [GlobalSetup]
    public void Setup()
    {
        _session = new CheckedSession(Entries, DelayChecks.Off);
        _delayed = new CheckedSession(Entries, DelayChecks.On);
    }

    [Benchmark]
    public bool CheckRelay() => _session.Connect();

    [Benchmark]
    public bool CheckMail() => _session.Mail();

    [Benchmark]
    public bool CheckRcpt() => _session.Rcpt();

    /// <summary>delay_checks: the three of them at RCPT.</summary>
    [Benchmark]
    public bool CheckRcptDelayed() => _delayed.Rcpt();

    [Benchmark]
    public bool Resolve() => _session.Resolve();

    [Benchmark]
    public bool ResolveVirtual() => _session.ResolveVirtual();
}
