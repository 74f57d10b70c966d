using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using Relay.Smtp;
using static Relay.Queue.Tests.QueueExtensions;

namespace Relay.Queue.Tests;

/// <summary>
/// What every queue promises of messages and their content, whatever it stands on. Engines inherit it.
/// </summary>
public abstract class MailQueueConformanceTests : MailQueueTestBase
{
    private protected MailQueueConformanceTests(QueueEngine engine)
        : base(engine)
    {
    }

    [Fact]
    public async Task An_accepted_message_is_ready_with_its_envelope_before_the_accept_completes()
    {
        QueueId id = await Queue.AcceptAsync(NewRequest("a@x.org", "b@x.org"));
        Assert.True(Consumer.TryNext(out RecordingConsumer.ReadyMessage ready));
        Assert.Equal(new RecordingConsumer.ReadyMessage(id, 0, 2), ready);
        Assert.Equal(1, Queue.Statistics.Active);
    }

    [Fact]
    public async Task Envelope_and_content_come_back_as_they_went_in()
    {
        AcceptRequest request = NewRequest();
        request.Envelope.Reset();
        request.Envelope.SetReversePath("r@x.org"u8);
        request.Envelope.SetEnvelopeId("QQ314159"u8);
        request.Envelope.SetHelo("[127.0.0.9]"u8);
        request.Envelope.SetClient("c.example [127.0.0.9]"u8);
        request.Envelope.SetAuthIdentity("user"u8);
        request.Envelope.Body = BodyType.EightBitMime;
        request.Envelope.Return = DsnReturn.Headers;
        request.Envelope.SmtpUtf8 = true;
        request.Envelope.AddRecipient("a@x.org"u8, "rfc822;A@x.org"u8, DsnNotify.Success | DsnNotify.Delay);
        request.Envelope.AddRecipient("b@x.org"u8, default, DsnNotify.Never);
        request.Prologue = "Received: from x\r\n"u8.ToArray();
        request.Flags = ContentFlags.EightBit | ContentFlags.StuffedDots;
        request.StuffedDotCount = 3;
        QueueId id = await Queue.AcceptAsync(request, "Subject: y\r\n\r\n..z\r\n");

        using QueuedMessage message = Queue.CreateQueued();
        Queue.Assign(id, 1, 0);
        Assert.True(Queue.TryOpen(id, message));
        Assert.Equal(id, message.Id);
        Assert.Equal("Received: from x\r\nSubject: y\r\n\r\n..z\r\n", Encoding.ASCII.GetString(message.ReadAll(7)));
        Assert.Equal(37, message.WireLength);
        Assert.Equal(34, message.Size);
        Assert.Equal(request.Flags, message.Flags);
        Assert.Equal(Time.GetUtcNow().ToUnixTimeMilliseconds(), message.Received.ToUnixTimeMilliseconds());
        Envelope envelope = message.Envelope;
        Assert.Equal("r@x.org", envelope.ReversePath.Text());
        Assert.Equal("QQ314159", envelope.EnvelopeId.Text());
        Assert.Equal("[127.0.0.9]", envelope.Helo.Text());
        Assert.Equal("c.example [127.0.0.9]", envelope.Client.Text());
        Assert.Equal("user", envelope.AuthIdentity.Text());
        Assert.Equal(BodyType.EightBitMime, envelope.Body);
        Assert.Equal(DsnReturn.Headers, envelope.Return);
        Assert.True(envelope.SmtpUtf8);
        Assert.Equal(2, envelope.RecipientCount);
        Assert.Equal("a@x.org", envelope.GetRecipient(0).ForwardPath.Text());
        Assert.Equal("rfc822;A@x.org", envelope.GetRecipient(0).OriginalRecipient.Text());
        Assert.Equal(DsnNotify.Success | DsnNotify.Delay, envelope.GetRecipient(0).Notify);
        Assert.Equal(DsnNotify.Never, envelope.GetRecipient(1).Notify);
        Assert.Equal(RecipientStatus.Pending, message.GetStatus(1));
        Assert.True(message.GetLastReply(1).IsEmpty);
    }

    [Fact]
    public async Task A_recipients_own_reverse_path_is_kept()
    {
        AcceptRequest request = NewRequest("plain@x.org");
        request.Envelope.AddRecipient("a@x.org"u8, "rfc822;l@x.org"u8, DsnNotify.Failure, "owner@x.org"u8);
        request.Envelope.AddRecipient("b@x.org"u8, default, DsnNotify.Unspecified, "owner@x.org"u8);
        request.Envelope.AddRecipient("c@x.org"u8, default, DsnNotify.Never, default);
        request.Envelope.AddRecipient("d@x.org"u8, default, DsnNotify.Unspecified, default);
        request.Envelope.AddRecipient("e@x.org"u8, default, DsnNotify.Unspecified);
        request.Envelope.AddRecipient("f@x.org"u8, default, DsnNotify.Unspecified, "owner@x.org"u8);
        QueueId id = await Queue.AcceptAsync(request);
        await ReopenAsync();

        using QueuedMessage message = Queue.CreateQueued();
        Assert.True(Queue.TryInspect(id, message));
        Assert.Equal(
            [
                "plain@x.org Unspecified <sender@example.org>", "a@x.org Failure own <owner@x.org>",
                "b@x.org Unspecified own <owner@x.org>", "c@x.org Never own <>", "d@x.org Unspecified own <>",
                "e@x.org Unspecified <sender@example.org>", "f@x.org Unspecified own <owner@x.org>",
            ],
            Enumerable.Range(0, message.Envelope.RecipientCount).Select(i =>
            {
                EnvelopeRecipient r = message.Envelope.GetRecipient(i);
                string own = r.HasOwnReversePath ? "own " : string.Empty;
                return $"{r.ForwardPath.Text()} {r.Notify} {own}<{r.ReversePath.Text()}>";
            }));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 65_536)]
    [InlineData(0, 200_000)]
    [InlineData(1, 0)]
    [InlineData(1, 10)]
    [InlineData(3, 70_000)]
    [InlineData(20, 65_000)]
    public async Task Content_of_any_size_streams_out_as_it_streamed_in(int pieces, int rest)
    {
        byte[] content = new byte[(pieces * 70_001) + rest];
        new Random(pieces + rest).NextBytes(content);
        using IncomingMessage incoming = Queue.CreateIncoming();
        incoming.Begin();
        QueueId id = incoming.Id;
        for (int i = 0; i < pieces; i++)
        {
            await incoming.AppendAsync(new ReadOnlySequence<byte>(content, i * 70_001, 70_001));
        }

        AcceptRequest request = NewRequest();
        request.Prologue = "Received: x\r\n"u8.ToArray();
        await incoming.AcceptAsync(request, new ReadOnlySequence<byte>(content, pieces * 70_001, rest));

        using QueuedMessage message = Queue.CreateQueued();
        Queue.Assign(id, 1, 0);
        Assert.True(Queue.TryOpen(id, message));
        byte[] expected = [.. "Received: x\r\n"u8, .. content];
        Assert.Equal(expected.Length, message.WireLength);
        Assert.True(expected.AsSpan().SequenceEqual(message.ReadAll(4096)));
        Assert.True(expected.AsSpan().SequenceEqual(message.ReadAll(1 << 20)));
        byte[] part = new byte[5];
        int middle = expected.Length / 2;
        int count = message.Read(middle, part);
        Assert.True(expected.AsSpan(middle, count).SequenceEqual(part.AsSpan(0, count)));
        Assert.Equal(0, message.Read(expected.Length, part));
    }

    [Fact]
    public async Task A_message_delivered_to_all_is_gone()
    {
        QueueId id = await Queue.AcceptAsync(NewRequest("a@x", "b@x"));
        Queue.RunJob(id, RecipientStatus.Delivered);
        Assert.False(Queue.TryGetInfo(id, out _));
        Assert.Equal(0, Queue.Statistics.Messages);
        Assert.Equal(1, Queue.Statistics.Removed);
        using QueuedMessage message = Queue.CreateQueued();
        Assert.False(Queue.TryOpen(id, message));
        await ReopenAsync();
        Assert.Empty(Queue.Enumerate());
    }

    [Fact]
    public async Task A_message_that_is_to_wait_is_ready_first_when_its_wait_is_over_after_a_restart_too()
    {
        AcceptRequest request = NewRequest();
        request.FirstWait = TimeSpan.FromHours(1);
        QueueId waits = await Queue.AcceptAsync(request);
        Assert.Equal(0, Consumer.Count);
        Assert.True(Queue.TryGetInfo(waits, out QueueEntryInfo info));
        Assert.Equal(QueueEntryState.Deferred, info.State);
        Assert.Equal(0, info.Attempts);

        await ReopenAsync();
        Time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(0, Consumer.Count);
        Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(waits, Consumer.Next().Id);

        request.Reset();
        Assert.Equal(TimeSpan.Zero, request.FirstWait);
    }

    [Fact]
    public async Task A_message_that_is_to_wait_is_ready_at_once_if_asked_for()
    {
        AcceptRequest request = NewRequest();
        request.FirstWait = TimeSpan.FromHours(1);
        QueueId waits = await Queue.AcceptAsync(request);
        Assert.True(Queue.Expedite(waits));
        Assert.Equal(waits, Consumer.Next().Id);
    }

    [Fact]
    public async Task States_survive_a_restart_and_an_active_message_is_ready_at_once()
    {
        Assert.SkipUnless(IsPersistent, "keeps nothing");
        QueueId active = await Queue.AcceptAsync();
        QueueId deferred = await Queue.AcceptAsync(NewRequest("a@x", "b@x"));
        QueueId done = await Queue.AcceptAsync();
        Queue.Assign(deferred, 1, 5);
        using (QueuedMessage message = Queue.CreateQueued())
        {
            Assert.True(Queue.TryOpen(deferred, message));
            Queue.Complete(
                message,
                [Outcome(0, RecipientStatus.Delivered), Outcome(1, RecipientStatus.Deferred, "busy")],
                Time.GetUtcNow() + TimeSpan.FromHours(1));
        }

        Queue.RunJob(done, RecipientStatus.Delivered);
        await ReopenAsync();
        Assert.Equal([active, deferred], Queue.Enumerate().Select(info => info.Id));
        Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(new RecordingConsumer.ReadyMessage(active, 0, -1), Consumer.Next());
        Assert.Equal(0, Consumer.Count);
        Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(deferred, Consumer.Next().Id);
        using QueuedMessage again = Queue.CreateQueued();
        Queue.Assign(deferred, 1, 0);
        Assert.True(Queue.TryOpen(deferred, again));
        Assert.Equal(RecipientStatus.Delivered, again.GetStatus(0));
        Assert.Equal(RecipientStatus.Deferred, again.GetStatus(1));
        Assert.Equal("busy", again.GetLastReply(1).Text());
        Assert.Equal(1, again.Attempts);
        Assert.True(await Queue.AcceptAsync() > done);
    }

    [Fact]
    public async Task Messages_accepted_before_the_start_become_ready_after_it()
    {
        await OpenAnewAsync();
        QueueId id = await Queue.AcceptAsync();
        Queue.Start(Consumer);
        Time.Advance(TimeSpan.FromSeconds(1));
        var seen = new HashSet<QueueId>();
        while (Consumer.TryNext(out RecordingConsumer.ReadyMessage ready))
        {
            Assert.True(seen.Add(ready.Id));
        }

        Assert.Contains(id, seen);
    }

    [Fact]
    public async Task More_messages_than_the_limit_are_refused_until_some_go()
    {
        await OpenAnewAsync(messagesMax: 2);
        Queue.Start(Consumer);
        QueueId first = await Queue.AcceptAsync();
        await Queue.AcceptAsync();
        Assert.Equal(MailQueueError.InsufficientStorage, Queue.Condition);
        using IncomingMessage incoming = Queue.CreateIncoming();
        MailQueueException refused = Assert.Throws<MailQueueException>(incoming.Begin);
        Assert.Equal(MailQueueError.InsufficientStorage, refused.Error);
        Queue.RunJob(first, RecipientStatus.Delivered);
        Assert.Equal(MailQueueError.None, Queue.Condition);
        incoming.Begin();
    }

    [Fact]
    public async Task An_aborted_message_does_not_exist()
    {
        using (IncomingMessage incoming = Queue.CreateIncoming())
        {
            incoming.Begin();
            await incoming.AppendAsync(new ReadOnlySequence<byte>(new byte[100_000]));
            incoming.Abort();
            incoming.Abort();
            incoming.Begin();
            await incoming.AppendAsync(new ReadOnlySequence<byte>(new byte[100_000]));
        }

        Assert.Equal(0, Queue.Statistics.Messages);
        await ReopenAsync();
        Assert.Empty(Queue.Enumerate());
    }

    [Fact]
    public async Task One_holder_serves_message_after_message()
    {
        using IncomingMessage incoming = Queue.CreateIncoming();
        using QueuedMessage message = Queue.CreateQueued();
        AcceptRequest request = NewRequest();
        for (int i = 0; i < 50; i++)
        {
            request.Reset();
            request.Envelope.AddRecipient(Encoding.ASCII.GetBytes($"r{i}@x.org"), default, DsnNotify.Unspecified);
            byte[] content = Encoding.ASCII.GetBytes(new string((char)('a' + (i % 26)), i * 37));
            incoming.Begin();
            QueueId id = incoming.Id;
            await incoming.AcceptAsync(request, new ReadOnlySequence<byte>(content));
            Queue.Assign(id, 1, 0);
            Assert.True(Queue.TryOpen(id, message));
            Assert.Equal($"r{i}@x.org", message.Envelope.GetRecipient(0).ForwardPath.Text());
            Assert.True(content.AsSpan().SequenceEqual(message.ReadAll()));
            Queue.Complete(message, [Outcome(0, RecipientStatus.Delivered)], default);
        }

        Assert.Equal(0, Queue.Statistics.Messages);
        Assert.Equal(50, Queue.Statistics.Accepted);
    }

    [Fact]
    public async Task Stopping_is_told_and_refuses_new_messages()
    {
        using IncomingMessage incoming = Queue.CreateIncoming();
        await Queue.DisposeAsync();
        Assert.Equal(MailQueueError.Stopping, Queue.Condition);
        MailQueueException refused = Assert.Throws<MailQueueException>(incoming.Begin);
        Assert.Equal(MailQueueError.Stopping, refused.Error);
    }

    [Fact]
    public async Task Every_accepted_message_is_handed_out_exactly_once_under_load()
    {
        const int Sessions = 16;
        const int PerSession = 200;
        var accepted = new ConcurrentDictionary<ulong, int>();
        Task[] sessions = [.. Enumerable.Range(0, Sessions).Select(_ => Task.Run(async () =>
        {
            using IncomingMessage incoming = Queue.CreateIncoming();
            AcceptRequest request = NewRequest("a@x", "b@x");
            for (int i = 0; i < PerSession; i++)
            {
                incoming.Begin();
                ulong id = incoming.Id.Value;
                await incoming.AcceptAsync(request, new ReadOnlySequence<byte>(new byte[500]));
                Assert.True(accepted.TryAdd(id, 0));
            }
        }))];
        var handedOut = new ConcurrentDictionary<ulong, int>();
        Task[] workers = [.. Enumerable.Range(0, 4).Select(worker => Task.Run(() =>
        {
            using QueuedMessage message = Queue.CreateQueued();
            int turn = 0;
            var wait = new SpinWait(); // gives its processor up, should there be no other
            while (handedOut.Count < Sessions * PerSession)
            {
                if (!Consumer.TryNext(out RecordingConsumer.ReadyMessage ready))
                {
                    wait.SpinOnce();
                    continue;
                }

                Work(ready.Id, message, turn++ + worker, handedOut);
            }
        }))];
        await Task.WhenAll(sessions).WaitAsync(RecordingConsumer.Deadline);
        await Task.WhenAll(workers).WaitAsync(RecordingConsumer.Deadline);
        Assert.Equal(accepted.Keys.Order(), handedOut.Keys.Order());
        Assert.All(handedOut.Values, count => Assert.Equal(1, count));
        Assert.Equal(0, Queue.Statistics.Messages);
        Assert.Equal(Sessions * PerSession, Queue.Statistics.Removed);
    }

    private void Work(
        QueueId id, QueuedMessage message, int turn,
        ConcurrentDictionary<ulong, int> handedOut)
    {
        Queue.Assign(id, 1, 0);
        if (!Queue.TryOpen(id, message))
        {
            Queue.Return(id, Time.GetUtcNow()); // held by another worker just now
            return;
        }

        switch (turn % 5)
        {
            case 0 when message.GetStatus(0) == RecipientStatus.Pending:
                RecipientOutcome first = Outcome(0, RecipientStatus.Delivered);
                Queue.Complete(message, [first], Time.GetUtcNow() + TimeSpan.FromDays(1));
                Assert.True(Queue.Expedite(id));
                return;
            case 1 when message.Attempts == 0:
                Queue.Hold(id);
                Queue.Complete(message, [Outcome(1, RecipientStatus.Deferred)], Time.GetUtcNow());
                Assert.True(Queue.Release(id));
                return;
            default:
                handedOut.AddOrUpdate(id.Value, 1, (_, count) => count + 1);
                if (turn % 5 == 4)
                {
                    Assert.True(Queue.Delete(id));
                    return;
                }

                Queue.Complete(
                    message, [Outcome(0, RecipientStatus.Delivered), Outcome(1, RecipientStatus.Delivered)], default);
                return;
        }
    }
}
