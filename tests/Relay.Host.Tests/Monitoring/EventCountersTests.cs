using Relay.Host.Monitoring;
using Relay.Logging;
using Relay.Server;

namespace Relay.Host.Tests.Monitoring;

/// <summary>What is counted of mail events, and how it is spread over time.</summary>
public class EventCountersTests
{
    [Fact]
    public void Events_are_counted_by_kind_and_their_replies_by_code_without_garbage()
    {
        var counters = new EventCounters();
        Write(counters);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Write(counters);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        Assert.Equal(2, counters.Of(MailEventKind.Delivered));
        Assert.Equal([new(250, 2), new(451, 2)], counters.RemoteReplies);
        Assert.Equal([new(550, 2)], counters.Rejections);
    }

    /// <summary>The codes are labels of metrics: a peer may not make series as it likes.</summary>
    [Fact]
    public void What_a_peer_answers_makes_no_more_codes_than_replies_may_have()
    {
        var counters = new EventCounters();
        for (int code = 0; code < 1000; code++)
        {
            foreach (string reply in new[] { $"{code:D3}", $"{code:D3} x", $"{code:D3}x", $"{code:D3}{code:D3} x" })
            {
                byte[] octets = System.Text.Encoding.ASCII.GetBytes(reply);
                counters.Write(new MailEvent { Kind = MailEventKind.Deferred, Reply = octets });
                counters.Write(new MailEvent { Kind = MailEventKind.Rejected, Reply = octets });
            }
        }

        Assert.Equal(Enumerable.Range(200, 400), counters.RemoteReplies.Select(static c => c.Key));
        Assert.All(counters.RemoteReplies, static c => Assert.Equal(2, c.Value));
        Assert.Equal(Enumerable.Range(200, 400), counters.Rejections.Select(static c => c.Key));
    }

    [Fact]
    public void Throughput_is_kept_per_second_for_an_hour()
    {
        var counters = new EventCounters();
        var history = new ThroughputHistory(new SmtpServerCounters(), counters);
        history.OnHeartbeat(1_000);
        for (int second = 2; second <= 4; second++)
        {
            Write(counters);
            history.OnHeartbeat(second * 1000);
        }

        Write(counters);
        history.OnHeartbeat(64_000);
        Assert.Equal([0, 0, 0, 1], history.Take(4, 1).Select(static s => s.Delivered));
        Assert.Equal([0, 3, 1], history.Take(3, 60).Select(static s => s.Delivered));

        history.OnHeartbeat(5_000_000);
        Assert.Equal(0, history.Take(60, 60).Sum(static s => s.Delivered));
    }

    private static void Write(EventCounters counters)
    {
        counters.Write(new MailEvent { Kind = MailEventKind.Delivered, Reply = "250 2.0.0 ok"u8 });
        counters.Write(new MailEvent { Kind = MailEventKind.Deferred, Reply = "451 later"u8 });
        counters.Write(new MailEvent { Kind = MailEventKind.Deferred, Reply = "Connection refused"u8 });
        counters.Write(new MailEvent { Kind = MailEventKind.Rejected, Reply = "550 5.7.1 no"u8 });
    }
}
