using Relay.Host.Running;
using Relay.Logging;
using Relay.Queue;
using Relay.Server.Policies;
using Relay.Smtp;

namespace Relay.Host.Tests.Running;

/// <summary>When a watched attempt is over, and what it shows.</summary>
public sealed class DeliveryWatchTests : IAsyncDisposable
{
    private readonly IMailQueue _queue = MailQueueFactory.Open(
        new MailQueueOptions { Engine = MailQueueEngine.Null }, TimeProvider.System);

    private readonly DeliveryWatches _watches;
    private readonly QueueId _id;

    public DeliveryWatchTests()
    {
        _watches = new DeliveryWatches(_queue);
        using IncomingMessage incoming = _queue.CreateIncoming();
        incoming.Begin();
        _id = incoming.Id;
    }

    public ValueTask DisposeAsync() => _queue.DisposeAsync();

    [Fact]
    public async Task It_is_over_when_every_recipient_has_an_outcome_and_no_connection_is_at_work()
    {
        using IDeliveryWatch watch = _watches.TryBegin(_id)!;
        _watches.OnReady(_id, Recipients(2));
        _watches.Find(_id)!.Opened();
        _watches.Find(_id)!.Add("a... Connecting");
        Say(MailEventKind.Delivered, "a@b.example", "250 2.0.0 ok queued");
        Say(MailEventKind.Deferred, "c@d.example", "4.4.1 Connection refused by x");
        Assert.NotNull(_watches.Find(_id)); // not over yet
        _watches.Find(_id)!.Closed();
        Assert.Equal(
            [
                "a... Connecting", "a@b.example... Sent (ok queued)",
                "c@d.example... Deferred: Connection refused by x",
            ],
            await AllAsync(watch));
        Assert.Null(_watches.Find(_id));
    }

    [Theory]
    [InlineData(MailEventKind.Bounced, "550 5.1.1 no such user", "a@b.example... 550 5.1.1 no such user")]
    [InlineData(MailEventKind.Expired, "too old", "a@b.example... Cannot send message: too old")]
    [InlineData(MailEventKind.Discarded, "", "a@b.example... discarded")]
    [InlineData(MailEventKind.Held, "spam", "a@b.example... quarantined: spam")]
    [InlineData(MailEventKind.Delivered, "Message accepted", "a@b.example... Sent (Message accepted)")]
    [InlineData(MailEventKind.Delivered, "250", "a@b.example... Sent (250)")]
    public async Task Outcomes_are_worded_as_sendmail_words_them(MailEventKind kind, string reply, string expected)
    {
        using IDeliveryWatch watch = _watches.TryBegin(_id)!;
        _watches.OnReady(_id, Recipients(1));
        Say(kind, "a@b.example", reply);
        Assert.Equal([expected], await AllAsync(watch));
    }

    [Fact]
    public async Task A_message_that_waits_in_line_ends_it_after_a_while()
    {
        using IDeliveryWatch watch = _watches.TryBegin(_id)!;
        _watches.OnReady(_id, Recipients(1));
        for (int i = 0; i < 30; i++)
        {
            _watches.OnHeartbeat(i * 1000);
        }

        Assert.Equal([$"{_id}... queued"], await AllAsync(watch));
    }

    [Fact]
    public async Task A_connection_at_work_has_longer()
    {
        using IDeliveryWatch watch = _watches.TryBegin(_id)!;
        _watches.Find(_id)!.Opened();
        for (int i = 0; i < 300; i++)
        {
            _watches.OnHeartbeat(i * 1000);
        }

        Assert.NotNull(_watches.Find(_id));
        for (int i = 0; i < 100; i++)
        {
            _watches.OnHeartbeat(i * 1000);
        }

        Assert.Equal([$"{_id}... queued"], await AllAsync(watch));
    }

    [Fact]
    public async Task A_parked_or_returned_message_ends_it()
    {
        using (IDeliveryWatch watch = _watches.TryBegin(_id)!)
        {
            _watches.Find(_id)!.Parked("a... Deferred: x");
            Assert.Equal(["a... Deferred: x"], await AllAsync(watch));
        }

        using IDeliveryWatch again = _watches.TryBegin(_id)!;
        _watches.OnReturned(_id);
        Assert.Equal(["queued"], await AllAsync(again));
    }

    [Fact]
    public async Task The_stop_ends_all_and_begins_none()
    {
        using IDeliveryWatch watch = _watches.TryBegin(_id)!;
        Assert.Null(_watches.TryBegin(_id)); // one at a time
        _watches.Stop();
        Assert.Empty(await AllAsync(watch));
        Assert.Null(_watches.TryBegin(_id));
    }

    /// <summary>There may be a thousand: what has ended, and what did not begin, counts no longer.</summary>
    [Fact]
    public void Watches_that_ended_make_room_for_others()
    {
        for (int i = 0; i < 1500; i++)
        {
            using IDeliveryWatch? watch = _watches.TryBegin(_id);
            Assert.NotNull(watch);
            Assert.Null(_watches.TryBegin(_id));
        }

        Assert.Null(_watches.Find(_id));
    }

    [Fact]
    public void Nobody_watching_costs_no_memory()
    {
        Envelope envelope = Recipients(1);
        Once();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            Once();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Once()
        {
            _watches.OnReady(_id, envelope);
            _watches.Find(_id);
            SayOctets(MailEventKind.Delivered, default, default);
        }
    }

    private static Envelope Recipients(int count)
    {
        var envelope = new Envelope();
        for (int i = 0; i < count; i++)
        {
            envelope.AddRecipient("a@b.example"u8, default, DsnNotify.Unspecified);
        }

        return envelope;
    }

    private static async Task<string[]> AllAsync(IDeliveryWatch watch)
    {
        var lines = new List<string>();
        while (await watch.NextAsync() is { } line)
        {
            lines.Add(line);
        }

        return [.. lines];
    }

    private void Say(MailEventKind kind, string recipient, string reply) =>
        SayOctets(kind, System.Text.Encoding.UTF8.GetBytes(recipient), System.Text.Encoding.UTF8.GetBytes(reply));

    private void SayOctets(MailEventKind kind, ReadOnlySpan<byte> recipient, ReadOnlySpan<byte> reply)
    {
        Span<byte> id = stackalloc byte[QueueId.TextLength];
        _id.Format(id);
        _watches.OnEvent(new MailEvent { Kind = kind, QueueId = id, Recipient = recipient, Reply = reply });
    }
}
