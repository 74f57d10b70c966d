using System.Net;

namespace Relay.LoadGenerator.Source;

/// <summary>What the source sends, where and how fast. Immutable.</summary>
public sealed record SourceOptions
{
    /// <summary>Servers; sessions are dealt to them in turn.</summary>
    public required IReadOnlyList<EndPoint> Targets { get; init; }

    /// <summary>Parallel sessions in all.</summary>
    public int Sessions { get; init; } = 1;

    /// <summary>Messages to send; 0 is without limit (then <see cref="Duration"/> must be set).</summary>
    public long Messages { get; init; } = 1;

    /// <summary>No message is started after this time; zero is without limit.</summary>
    public TimeSpan Duration { get; init; }

    public SizeDistribution Size { get; init; } = SizeDistribution.Parse("2048");

    public int RecipientsPerMessage { get; init; } = 1;

    /// <summary>Messages per connection; 0 is without limit, 1 is a connection for each message.</summary>
    public int MessagesPerConnection { get; init; } = 1;

    public PipeliningMode Pipelining { get; init; } = PipeliningMode.Group;

    /// <summary>Sends content by BDAT where the server offers CHUNKING (RFC 3030).</summary>
    public bool Bdat { get; init; }

    public bool Lmtp { get; init; }

    /// <summary>Bodies hold octets above 127; BODY=8BITMIME is declared where offered.</summary>
    public bool EightBit { get; init; }

    /// <summary>Messages per second that are due whether or not a session is free (open loop); 0 is closed.</summary>
    public double Rate { get; init; }

    /// <summary>Open loop: exponentially distributed gaps between arrivals instead of equal ones.</summary>
    public bool PoissonArrivals { get; init; }

    /// <summary>
    /// Messages due in the first so much of the run are left out of the latencies: in that time this process compiles
    /// its own code, and what it is late by is not the server's.
    /// </summary>
    public TimeSpan LatencyAfter { get; init; }

    /// <summary>Reverse-path, see AddressTemplate for the counters in braces; empty is the null reverse-path.</summary>
    public string From { get; init; } = "load@source.example";

    public string To { get; init; } = "user{r}@sink.example";

    /// <summary>Number of destinations that <c>{d}</c> and <c>{e}</c> count through.</summary>
    public int Destinations { get; init; } = 1;

    public string HelloName { get; init; } = "load.example";

    public string Subject { get; init; } = "relay-load";

    /// <summary>Sends a message again, under its id, when the connection broke before its reply.</summary>
    public bool Resend { get; init; }

    /// <summary>
    /// Closes by RST behind the reply to QUIT, as smtp-source does: all is said by then, and neither side keeps the
    /// connection in TIME_WAIT.
    /// </summary>
    public bool ResetAfterQuit { get; init; }

    /// <summary>How long a session goes on trying to connect before it gives up.</summary>
    public TimeSpan ConnectPatience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest wait for a reply.</summary>
    public TimeSpan ReplyTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>One line <c>id recipients</c> per acknowledged message, written before anything else is sent.</summary>
    public string? LedgerPath { get; init; }

    public int Threads { get; init; } = 1;

    /// <summary>Determines sizes and arrival gaps.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Names the run in message ids; 0 picks one by the clock.</summary>
    public uint Run { get; init; }

    /// <summary>All that is wrong with these options.</summary>
    public IEnumerable<string> Validate()
    {
        if (Targets.Count == 0)
        {
            yield return "no target";
        }

        if (Sessions is < 1 or > 100_000)
        {
            yield return "sessions must be 1 to 100000";
        }

        if (Messages < 0 || (Messages == 0 && Duration == TimeSpan.Zero))
        {
            yield return "either a number of messages or a duration is needed";
        }

        if (Messages > uint.MaxValue)
        {
            yield return "a run has at most 2^32 messages";
        }

        if (RecipientsPerMessage is < 1 or > 10_000)
        {
            yield return "recipients per message must be 1 to 10000";
        }

        if (Threads < 1 || Threads > Sessions)
        {
            yield return "threads must be 1 to the number of sessions";
        }

        if (Destinations < 1 || MessagesPerConnection < 0 || Rate < 0)
        {
            yield return "destinations, messages per connection and rate must not be negative";
        }
    }
}
