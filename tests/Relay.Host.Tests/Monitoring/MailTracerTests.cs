using System.Diagnostics;
using Relay.Delivery;
using Relay.Host.Monitoring;
using Relay.Logging;
using Relay.Queue;
using Relay.Testing;

namespace Relay.Host.Tests.Monitoring;

/// <summary>What becomes of a message's events and attempts as spans, heard by a listener within the program.</summary>
public sealed class MailTracerTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly List<Activity> _spans = [];
    private readonly ActivityListener _listener;
    private ulong _sequence;

    public MailTracerTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == MailTracer.SourceName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) =>
                ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _spans.Add,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public void What_is_not_sampled_makes_no_span_and_no_garbage()
    {
        using var tracer = new MailTracer("relay.test", 0, _time);
        QueueId id = NewId();
        Play(tracer, id);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            Play(tracer, id);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Empty(_spans);
    }

    [Fact]
    public void An_attempt_that_ends_before_the_reception_is_its_child_all_the_same()
    {
        using var tracer = new MailTracer("relay.test", 1, _time);
        QueueId id = NewId();
        Attempt(tracer, id, isLast: true);
        Accept(tracer, id);
        Assert.Equal(["deliver", "receive"], _spans.Select(static s => s.OperationName));
        Assert.Equal(_spans[1].SpanId, _spans[0].ParentSpanId);
        Assert.Equal(_spans[1].TraceId, _spans[0].TraceId);
        Assert.Equal(default, _spans[1].ParentSpanId);
    }

    [Fact]
    public void The_wait_between_reception_and_attempt_is_a_span()
    {
        using var tracer = new MailTracer("relay.test", 1, _time);
        QueueId id = NewId();
        Accept(tracer, id);
        _time.Advance(TimeSpan.FromMinutes(5));
        Attempt(tracer, id, isLast: false);
        Assert.Equal(["receive", "queue", "deliver"], _spans.Select(static s => s.OperationName));
        Assert.Equal(TimeSpan.FromSeconds(299), _spans[1].Duration); // the attempt took the last one
        Assert.Equal(TimeSpan.FromSeconds(1), _spans[2].Duration);
    }

    [Fact]
    public void A_message_of_an_earlier_run_goes_on_in_its_trace_without_a_parent()
    {
        QueueId id = NewId();
        using (var first = new MailTracer("relay.test", 1, _time))
        {
            Accept(first, id);
        }

        _time.Advance(TimeSpan.FromHours(1));
        using var second = new MailTracer("relay.test", 1, _time);
        Attempt(second, id, isLast: true);
        Activity attempt = _spans.Single(static s => s.OperationName == "deliver");
        Assert.Equal(_spans[0].TraceId, attempt.TraceId);
        Assert.Equal(default, attempt.ParentSpanId);
    }

    [Fact]
    public void Nobody_becomes_part_of_a_span_by_writing_to_the_log()
    {
        using var tracer = new MailTracer("relay.test", 1, _time);
        Play(tracer, NewId());
        Assert.NotEmpty(_spans);
        Assert.Null(Activity.Current);
    }

    [Theory]
    [InlineData(0.0, 0, 0)]
    [InlineData(0.1, 9_500, 10_500)]
    [InlineData(0.5, 49_000, 51_000)]
    [InlineData(1.0, 100_000, 100_000)]
    public void The_sampled_part_is_the_one_asked_for_and_the_same_each_time(double sample, int least, int most)
    {
        var ids = new TraceIds("relay.test", sample);
        var again = new TraceIds("RELAY.test", sample);
        var all = new TraceIds("relay.test", 1);
        int sampled = 0;
        var traces = new HashSet<string>();
        for (ulong i = 0; i < 100_000; i++)
        {
            var id = new QueueId((1_700_000_000_000UL << 22) + i);
            sampled += ids.IsSampled(id) ? 1 : 0;
            Assert.Equal(ids.IsSampled(id), again.IsSampled(id));
            traces.Add(all.ContextOf(id, null).TraceId.ToHexString());
        }

        Assert.InRange(sampled, least, most);
        Assert.Equal(100_000, traces.Count);
    }

    [Fact]
    public void What_is_remembered_of_messages_is_bounded_and_ends_with_them()
    {
        var roots = new TraceRoots(_time.GetUtcNow(), countMax: 100);
        QueueId old = NewId();
        for (int i = 0; i < 1000; i++)
        {
            roots.GetOrAdd(NewId(), _time.GetUtcNow());
            Assert.True(roots.Count <= 100);
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.False(roots.HasReception(old)); // its reception's span is forgotten: no parent that nobody knows
    }

    [Theory]
    [InlineData("mx.test [192.0.2.1]", "mx.test", "192.0.2.1")]
    [InlineData("[192.0.2.1]", "", "192.0.2.1")]
    [InlineData("a.test [IPv6:2001:db8::1] (may be forged)", "a.test", "2001:db8::1")]
    [InlineData("localhost", "localhost", "")]
    [InlineData("unix:/run/lmtp", "unix:/run/lmtp", "")]
    [InlineData("", "", "")]
    public void A_peer_is_split_into_name_and_address(string peer, string name, string address) =>
        Assert.Equal((name, address), SpanTags.Split(System.Text.Encoding.UTF8.GetBytes(peer)));

    private static void Accept(MailTracer tracer, QueueId id)
    {
        Span<byte> text = stackalloc byte[QueueId.TextLength];
        id.Format(text);
        tracer.Write(new MailEvent
        {
            Kind = MailEventKind.Accepted,
            QueueId = text,
            HasReversePath = true,
            Peer = "client.test [192.0.2.1]"u8,
            RecipientCount = 1,
        });
    }

    private static void Attempt(MailTracer tracer, QueueId id, bool isLast) => tracer.OnAttempt(new AttemptSummary
    {
        Id = id,
        Age = TimeSpan.FromMinutes(5),
        Elapsed = TimeSpan.FromSeconds(1),
        Earlier = 0,
        Destination = "mx.test"u8,
        Mailer = "esmtp"u8,
        Delivered = 1,
        IsLast = isLast,
    });

    private static void Play(MailTracer tracer, QueueId id)
    {
        Accept(tracer, id);
        Attempt(tracer, id, isLast: true);
    }

    private QueueId NewId() => new(QueueId.FromTime(_time.GetUtcNow()).Value + ++_sequence);
}
