using System.Text;
using System.Text.Json;
using Relay.Logging.Tracing;
using Relay.Testing;

namespace Relay.Logging.Tests.Tracing;

/// <summary>
/// The latest events: found by id, mailbox and Message-ID, never torn, never more than the memory given.
/// </summary>
public class TraceRingTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void A_message_is_found_by_its_id_a_mailbox_or_its_Message_ID_with_every_event_and_reply()
    {
        var ring = new TraceRing(1 << 20, _time);
        WriteLife(ring, 1);
        WriteLife(ring, 2);

        foreach (string inquiry in new[] { "1K3ABCDEF0000001", "1k3abcdef0000001", "<From1@a.example>", "to1@b.example", "<m1@x>" })
        {
            IReadOnlyList<string> lines = TraceInquiry.Find(ring, inquiry);
            Assert.Equal(3, lines.Count);
            Assert.Equal(["accepted", "deferred", "delivered"], lines.Select(static l => Field(l, "event")));
            Assert.Equal("450 4.2.0 later 1", Field(lines[1], "reply"));
            Assert.Equal("250 2.0.0 ok 1", Field(lines[2], "reply"));
        }

        Assert.Empty(TraceInquiry.Find(ring, "nobody@x"));
        Assert.Empty(TraceInquiry.Find(ring, " "));
    }

    [Fact]
    public void The_acceptance_comes_first_even_if_an_attempt_was_logged_before_it()
    {
        var ring = new TraceRing(1 << 20, _time);
        ring.Write(new MailEvent { Kind = MailEventKind.Deferred, QueueId = "1K3ABCDEF0000001"u8 });
        _time.Advance(TimeSpan.FromMilliseconds(1));
        WriteOne(ring);
        IEnumerable<string> events = TraceInquiry.Find(ring, "1K3ABCDEF0000001").Select(static l => Field(l, "event"));
        Assert.Equal(["accepted", "deferred"], events);
    }

    [Fact]
    public void A_refusal_before_there_was_a_message_is_found_by_its_mailboxes()
    {
        var ring = new TraceRing(1 << 20, _time);
        ring.Write(new MailEvent
        {
            Kind = MailEventKind.Rejected,
            Stage = MailStage.Rcpt,
            Recipient = "b@c.example"u8,
            Reply = "550 5.7.1 Relaying denied"u8,
        });

        string line = Assert.Single(TraceInquiry.Find(ring, "b@c.example"));
        Assert.Equal("rcpt", Field(line, "stage"));
    }

    [Fact]
    public void The_oldest_events_make_room_and_the_latest_stay()
    {
        var ring = new TraceRing(64 << 10, _time);
        for (int i = 0; i < 1000; i++)
        {
            WriteLife(ring, i);
        }

        Assert.Empty(TraceInquiry.Find(ring, Id(0)));
        Assert.Equal(3, TraceInquiry.Find(ring, Id(999)).Count);
        Assert.Equal(3, TraceInquiry.Find(ring, Id(950)).Count);
    }

    [Fact]
    public void Fields_longer_than_the_record_are_cut_not_lost()
    {
        var ring = new TraceRing(64 << 10, _time);
        byte[] much = new byte[5000];
        much.AsSpan().Fill((byte)'x');
        ring.Write(new MailEvent
        {
            Kind = MailEventKind.Deferred,
            QueueId = Encoding.ASCII.GetBytes(Id(1)),
            ReversePath = much,
            HasReversePath = true,
            Recipient = much,
            Peer = much,
            Helo = much,
            Via = much,
            MessageId = much,
            Reply = much,
        });

        Assert.Equal(500, Field(Assert.Single(TraceInquiry.Find(ring, Id(1))), "reply").Length);
    }

    [Fact]
    public void An_event_costs_no_garbage()
    {
        var ring = new TraceRing(1 << 20, TimeProvider.System);
        for (int i = 0; i < 100; i++)
        {
            WriteOne(ring);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            WriteOne(ring);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Writers_that_overtake_each_other_and_readers_never_make_an_event_that_was_not_written()
    {
        var ring = new TraceRing(64 << 10, _time);
        var writers = Enumerable.Range(0, 3).Select(writer => new Thread(() =>
        {
            byte[] id = Encoding.ASCII.GetBytes(Id(writer));
            for (int i = 0; i < 60_000; i++)
            {
                byte[] reply = new byte[i % 400];
                reply.AsSpan().Fill((byte)('a' + writer));
                ring.Write(new MailEvent { Kind = MailEventKind.Deferred, QueueId = id, Reply = reply });
            }
        })).ToArray();
        foreach (Thread thread in writers)
        {
            thread.Start();
        }

        do
        {
            for (int writer = 0; writer < writers.Length; writer++)
            {
                foreach (string line in TraceInquiry.Find(ring, Id(writer)))
                {
                    Assert.DoesNotContain(Field(line, "reply"), c => c != 'a' + writer);
                }
            }
        }
        while (Array.Exists(writers, static t => t.IsAlive));

        WriteLife(ring, 7);
        Assert.Equal(3, TraceInquiry.Find(ring, Id(7)).Count);
    }

    [Fact]
    public void A_trace_file_survives_a_restart_and_stays_within_its_bound()
    {
        string directory = Directory.CreateTempSubdirectory("relay-trace-").FullName;
        try
        {
            string path = Path.Combine(directory, "trace.json");
            using (var file = new TraceFile(path, 64 << 10, _time))
            {
                for (int i = 0; i < 300; i++)
                {
                    WriteLife(file, i);
                }
            }

            using var again = new TraceFile(path, 64 << 10, _time);
            IReadOnlyList<string> lines = TraceInquiry.Find(again, "to299@b.example");
            Assert.Equal(["accepted", "deferred", "delivered"], lines.Select(static l => Field(l, "event")));
            Assert.Equal("450 4.2.0 later 299", Field(lines[1], "reply"));
            Assert.True(Directory.GetFiles(directory).Sum(static f => new FileInfo(f).Length) <= 64 << 10);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static string Id(int number) => $"1K3ABCDEF{number:d7}";

    private static string Field(string line, string name)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        return document.RootElement.TryGetProperty(name, out JsonElement value) ? value.GetString()! : string.Empty;
    }

    private static void WriteOne(TraceRing ring) => ring.Write(new MailEvent
    {
        Kind = MailEventKind.Accepted,
        QueueId = "1K3ABCDEF0000001"u8,
        ReversePath = "a@b.example"u8,
        HasReversePath = true,
        Peer = "[192.0.2.1]"u8,
    });

    private void WriteLife(IMailLog log, int number)
    {
        byte[] id = Encoding.ASCII.GetBytes(Id(number));
        byte[] to = Encoding.ASCII.GetBytes($"to{number}@b.example");
        log.Write(new MailEvent
        {
            Kind = MailEventKind.Accepted,
            QueueId = id,
            ReversePath = Encoding.ASCII.GetBytes($"from{number}@a.example"),
            HasReversePath = true,
            MessageId = Encoding.ASCII.GetBytes($"<m{number}@x>"),
        });
        _time.Advance(TimeSpan.FromSeconds(1));
        log.Write(new MailEvent
        {
            Kind = MailEventKind.Deferred,
            QueueId = id,
            Recipient = to,
            Reply = Encoding.ASCII.GetBytes($"450 4.2.0 later {number}"),
        });
        _time.Advance(TimeSpan.FromSeconds(1));
        log.Write(new MailEvent
        {
            Kind = MailEventKind.Delivered,
            QueueId = id,
            Recipient = to,
            Reply = Encoding.ASCII.GetBytes($"250 2.0.0 ok {number}"),
        });
    }
}
