using System.Net;

namespace Relay.LoadGenerator.Sink;

/// <summary>Where the sink listens and how it behaves. Immutable.</summary>
public sealed record SinkOptions
{
    public required IReadOnlyList<EndPoint> Listeners { get; init; }

    public int Backlog { get; init; } = 4096;

    public bool Lmtp { get; init; }

    public string HostName { get; init; } = "sink.example";

    /// <summary>Lines of the EHLO reply after the first.</summary>
    public IReadOnlyList<string> Keywords { get; init; } = DefaultKeywords;

    public static IReadOnlyList<string> DefaultKeywords { get; } =
        ["PIPELINING", "SIZE 0", "8BITMIME", "SMTPUTF8", "DSN", "ENHANCEDSTATUSCODES"];

    public IReadOnlyList<Fault> Faults { get; init; } = [];

    public ulong Seed { get; init; } = 1;

    /// <summary>Checks id and checksum of every message.</summary>
    public bool Verify { get; init; }

    /// <summary>The source's ledger, read when the sink ends: what it lists and did not come is lost.</summary>
    public string? LedgerPath { get; init; }

    /// <summary>Without a ledger: so many messages must come.</summary>
    public long Expected { get; init; }

    /// <summary>Ends after so many accepted messages; 0 is without limit.</summary>
    public long MessagesMax { get; init; }

    /// <summary>Ends after this time; zero is without limit.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Ends when nothing was received for so long after the first message; zero is without limit.</summary>
    public TimeSpan Idle { get; init; }

    public int Threads { get; init; } = 1;

    public IEnumerable<string> Validate()
    {
        if (Listeners.Count == 0)
        {
            yield return "no address to listen on";
        }

        if (Threads < 1)
        {
            yield return "threads must be at least 1";
        }

        if (!Verify && (LedgerPath is not null || Expected > 0))
        {
            yield return "a ledger or an expected number needs verification";
        }
    }
}
