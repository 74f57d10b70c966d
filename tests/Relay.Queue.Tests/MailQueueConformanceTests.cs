using System.Buffers;
using System.Text;
using Relay.Smtp;
using Relay.Testing;
using static Relay.Queue.Tests.QueueExtensions;

namespace Relay.Queue.Tests;

/// <summary>What every queue promises, whatever it stands on. Engines inherit it.</summary>
public abstract class MailQueueConformanceTests : IAsyncLifetime
{
    private protected ManualTimeProvider Time { get; } = new();

    private protected RecordingConsumer Consumer { get; private set; } = new();

    private protected IMailQueue Queue { get; private set; } = null!;

    /// <summary>Messages survive <see cref="ReopenAsync"/>.</summary>
    protected virtual bool IsPersistent => true;

    public ValueTask InitializeAsync()
    {
        Queue = Open(NewOptions());
        Queue.Start(Consumer);
        return ValueTask.CompletedTask;
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Queue.DisposeAsync();
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
    public async Task A_deferred_message_is_ready_again_at_its_time_with_tag_reply_and_attempts()
    {
        QueueId id = await Queue.AcceptAsync();
        Consumer.Next();
        Queue.RunJob(id, RecipientStatus.Deferred, Time.GetUtcNow() + TimeSpan.FromMinutes(5));
        Assert.True(Queue.TryGetInfo(id, out QueueEntryInfo info));
        Assert.Equal(QueueEntryState.Deferred, info.State);
        Assert.Equal(1, info.Attempts);
        Assert.Equal(1, info.UnfinishedRecipients);
        Assert.InRange(info.NextAttempt - Time.GetUtcNow(), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(5.01));

        Time.Advance(TimeSpan.FromMinutes(4.9));
        Assert.Equal(0, Consumer.Count);
        Time.Advance(TimeSpan.FromMinutes(0.2));
        Assert.Equal(new RecordingConsumer.ReadyMessage(id, 7, -1), Consumer.Next());
        using QueuedMessage message = Queue.CreateQueued();
        Queue.Assign(id, 1, 0);
        Assert.True(Queue.TryOpen(id, message));
        Assert.Equal(1, message.Attempts);
        Assert.Equal(RecipientStatus.Deferred, message.GetStatus(0));
        Assert.Equal("said so", message.GetLastReply(0).Text());
    }

    [Fact]
    public async Task A_message_in_several_jobs_waits_for_all_and_then_for_the_earliest_time()
    {
        QueueId id = await Queue.AcceptAsync(NewRequest("a@x", "b@y", "c@z"));
        Consumer.Next();
        DateTimeOffset now = Time.GetUtcNow();
        using QueuedMessage first = Queue.CreateQueued();
        using QueuedMessage second = Queue.CreateQueued();
        Queue.Assign(id, 3, 9);
        Assert.True(Queue.TryOpen(id, first));
        Assert.True(Queue.TryOpen(id, second));
        Queue.Complete(first, [Outcome(0, RecipientStatus.Delivered)], default);
        Queue.Complete(second, [Outcome(1, RecipientStatus.Deferred, "later")], now + TimeSpan.FromHours(2));
        Assert.True(Queue.TryGetInfo(id, out QueueEntryInfo info));
        Assert.Equal(QueueEntryState.Active, info.State);
        Assert.Equal(2, info.UnfinishedRecipients);
        Queue.Return(id, now + TimeSpan.FromHours(1));
        Assert.True(Queue.TryGetInfo(id, out info));
        Assert.Equal(QueueEntryState.Deferred, info.State);
        Assert.Equal(1, info.Attempts);

        Time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(0, Consumer.Count);
        Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(id, Consumer.Next().Id);
        Queue.Assign(id, 1, 9);
        Assert.True(Queue.TryOpen(id, first));
        Assert.Equal(RecipientStatus.Delivered, first.GetStatus(0));
        Assert.Equal(RecipientStatus.Deferred, first.GetStatus(1));
        Assert.Equal("later", first.GetLastReply(1).Text());
        Assert.Equal(RecipientStatus.Pending, first.GetStatus(2));
        Queue.Complete(
            first, [Outcome(1, RecipientStatus.Bounced), Outcome(2, RecipientStatus.Delivered)], default);
        Assert.False(Queue.TryGetInfo(id, out _));
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
    public async Task A_held_message_rests_until_released()
    {
        AcceptRequest request = NewRequest();
        request.Hold = true;
        request.HoldReason = "no postmaster"u8.ToArray();
        QueueId id = await Queue.AcceptAsync(request);
        Time.Advance(TimeSpan.FromDays(3));
        Assert.Equal(0, Consumer.Count);
        Assert.Equal(1, Queue.Statistics.Held);
        using QueuedMessage message = Queue.CreateQueued();
        Assert.False(Queue.TryOpen(id, message));
        Assert.False(Queue.Expedite(id));
        Assert.True(Queue.TryInspect(id, message));
        Assert.Equal("no postmaster", message.HoldReason.Text());
        await ReopenAsync();
        if (IsPersistent)
        {
            Time.Advance(TimeSpan.FromDays(3));
            Assert.Equal(0, Consumer.Count);
        }

        Assert.True(Queue.Release(id));
        Assert.False(Queue.Release(id));
        Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(id, Consumer.Next().Id);
        Queue.RunJob(id, RecipientStatus.Delivered);
        Assert.False(Queue.TryGetInfo(id, out _));
    }

    [Fact]
    public async Task Hold_during_a_job_lets_it_end_and_keeps_the_rest()
    {
        QueueId id = await Queue.AcceptAsync(NewRequest("a@x", "b@x"));
        Consumer.Next();
        Queue.Assign(id, 2, 0);
        using QueuedMessage message = Queue.CreateQueued();
        Assert.True(Queue.TryOpen(id, message));
        Assert.True(Queue.Hold(id));
        using QueuedMessage second = Queue.CreateQueued();
        Assert.False(Queue.TryOpen(id, second));
        Queue.Return(id, default);
        Queue.Complete(message, [Outcome(0, RecipientStatus.Delivered)], default);
        Assert.True(Queue.TryGetInfo(id, out QueueEntryInfo info));
        Assert.Equal(QueueEntryState.Held, info.State);
        Assert.Equal(1, info.UnfinishedRecipients);
        await ReopenAsync();
        Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(0, Consumer.Count);
        Assert.True(Queue.Release(id));
        Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(id, Consumer.Next().Id);
        using QueuedMessage again = Queue.CreateQueued();
        Queue.Assign(id, 1, 0);
        Assert.True(Queue.TryOpen(id, again));
        Assert.Equal(RecipientStatus.Delivered, again.GetStatus(0));
        Assert.Equal(RecipientStatus.Pending, again.GetStatus(1));
    }

    [Fact]
    public async Task A_release_while_the_jobs_run_does_not_hand_the_message_out_twice()
    {
        QueueId id = await Queue.AcceptAsync();
        Consumer.Next();
        Assert.True(Queue.Hold(id));
        Assert.True(Queue.Release(id));
        Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(0, Consumer.Count);
        Queue.RunJob(id, RecipientStatus.Delivered);
        Assert.Equal(0, Queue.Statistics.Messages);
    }

    [Fact]
    public async Task A_deleted_message_is_gone_and_its_jobs_end_unheard()
    {
        QueueId id = await Queue.AcceptAsync();
        Queue.Assign(id, 1, 0);
        using QueuedMessage message = Queue.CreateQueued();
        Assert.True(Queue.TryOpen(id, message));
        Assert.True(Queue.Delete(id));
        Assert.False(Queue.Delete(id));
        Queue.Complete(message, [Outcome(0, RecipientStatus.Deferred)], Time.GetUtcNow());
        Queue.Return(id, Time.GetUtcNow());
        Time.Advance(TimeSpan.FromHours(1));
        Assert.False(Queue.TryGetInfo(id, out _));
        Assert.Equal(0, Queue.Statistics.Messages);
        await ReopenAsync();
        Assert.Empty(Queue.Enumerate());
    }

    [Fact]
    public async Task A_time_beyond_what_timers_take_is_kept()
    {
        QueueId id = await Queue.AcceptAsync();
        Consumer.Next();
        Queue.RunJob(id, RecipientStatus.Deferred, Never);
        Time.Advance(TimeSpan.FromDays(300));
        Assert.Equal(0, Consumer.Count);
        Assert.True(Queue.Expedite(id));
        Queue.RunJob(id, RecipientStatus.Deferred, Time.GetUtcNow() + TimeSpan.FromDays(200));
        Consumer.Next();
        Time.Advance(TimeSpan.FromDays(201));
        Assert.Equal(id, Consumer.Next().Id);
    }

    [Fact]
    public async Task Expedite_makes_a_deferred_message_ready_now_and_once()
    {
        QueueId id = await Queue.AcceptAsync();
        Consumer.Next();
        Assert.False(Queue.Expedite(id));
        Queue.RunJob(id, RecipientStatus.Deferred, Time.GetUtcNow() + TimeSpan.FromHours(4));
        Assert.True(Queue.Expedite(id));
        Assert.Equal(new RecordingConsumer.ReadyMessage(id, 7, -1), Consumer.Next());
        Assert.False(Queue.Expedite(id));
        Time.Advance(TimeSpan.FromHours(5));
        Assert.Equal(0, Consumer.Count);
        Assert.False(Queue.Expedite(default));
    }

    [Fact]
    public async Task A_job_given_back_makes_the_message_ready_at_its_time_and_counts_no_attempt()
    {
        QueueId id = await Queue.AcceptAsync();
        Consumer.Next();
        Queue.Assign(id, 1, 3);
        Queue.Return(id, Time.GetUtcNow() + TimeSpan.FromSeconds(10));
        Time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(0, Consumer.Count);
        Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(new RecordingConsumer.ReadyMessage(id, 3, -1), Consumer.Next());
        Assert.True(Queue.TryGetInfo(id, out QueueEntryInfo info));
        Assert.Equal(0, info.Attempts);
    }

    [Fact]
    public async Task A_notification_changes_its_parents_recipients_with_its_own_acceptance()
    {
        QueueId parent = await Queue.AcceptAsync(NewRequest("a@x", "b@x"));
        Queue.Assign(parent, 1, 0);
        using QueuedMessage message = Queue.CreateQueued();
        Assert.True(Queue.TryOpen(parent, message));
        AcceptRequest notification = NewRequest("sender@example.org");
        notification.Parent = parent;
        notification.ParentOutcomes = [Outcome(0, RecipientStatus.Bounced, "no such user")];
        QueueId child = await Queue.AcceptAsync(notification);
        Assert.True(Queue.TryGetInfo(parent, out QueueEntryInfo info));
        Assert.Equal(1, info.UnfinishedRecipients);
        Queue.Complete(
            message,
            [Outcome(0, RecipientStatus.Bounced), Outcome(1, RecipientStatus.Deferred)],
            Time.GetUtcNow() + TimeSpan.FromHours(1));
        Assert.True(Queue.TryGetInfo(parent, out info));
        Assert.Equal(1, info.UnfinishedRecipients);
        await ReopenAsync();
        using QueuedMessage again = Queue.CreateQueued();
        Assert.Equal([parent, child], Queue.Enumerate().Select(entry => entry.Id));
        Assert.True(Queue.TryInspect(parent, again));
        Assert.Equal(RecipientStatus.Bounced, again.GetStatus(0));
        Assert.Equal(RecipientStatus.Deferred, again.GetStatus(1));
    }

    [Fact]
    public async Task A_notification_for_the_last_recipient_ends_a_parent_that_waits()
    {
        QueueId parent = await Queue.AcceptAsync();
        Queue.RunJob(parent, RecipientStatus.Deferred, Time.GetUtcNow() + TimeSpan.FromHours(1));
        AcceptRequest notification = NewRequest("sender@example.org");
        notification.Parent = parent;
        notification.ParentOutcomes = [Outcome(0, RecipientStatus.Expired)];
        QueueId child = await Queue.AcceptAsync(notification);
        Assert.Equal([child], Queue.Enumerate().Select(info => info.Id));
    }

    [Fact]
    public async Task Messages_accepted_before_the_start_become_ready_after_it()
    {
        await Queue.DisposeAsync();
        Queue = Open(NewOptions());
        Consumer = new RecordingConsumer();
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
        await Queue.DisposeAsync();
        Queue = Open(NewOptions(messagesMax: 2));
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
    public async Task Many_recipients_keep_their_states_through_many_rounds()
    {
        const int Recipients = 200;
        QueueId id = await Queue.AcceptAsync(
            NewRequest([.. Enumerable.Range(0, Recipients).Select(i => $"r{i}@x.org")]));
        for (int round = 0; round < 40; round++)
        {
            using QueuedMessage message = Queue.CreateQueued();
            Queue.Assign(id, 1, 0);
            Assert.True(Queue.TryOpen(id, message));
            for (int i = 0; i < Recipients; i++)
            {
                bool delivered = i < round * 5;
                Assert.Equal(
                    delivered ? RecipientStatus.Delivered
                    : round == 0 ? RecipientStatus.Pending
                    : i < (round + 1) * 5 ? RecipientStatus.Deferred
                    : message.GetStatus(i), message.GetStatus(i));
            }

            RecipientOutcome[] outcomes =
            [
                .. Enumerable.Range(round * 5, 5).Select(i => Outcome(i, RecipientStatus.Delivered)),
                .. Enumerable.Range(round * 5, 10).Skip(5).Where(i => i < Recipients)
                    .Select(i => Outcome(i, RecipientStatus.Deferred, $"round {round}")),
            ];
            Queue.Complete(message, outcomes, Time.GetUtcNow() + TimeSpan.FromHours(1));
            if (round % 7 == 0 && IsPersistent)
            {
                await ReopenAsync();
            }
        }

        Assert.False(Queue.TryGetInfo(id, out _));
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
        var accepted = new System.Collections.Concurrent.ConcurrentDictionary<ulong, int>();
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
        var handedOut = new System.Collections.Concurrent.ConcurrentDictionary<ulong, int>();
        Task[] workers = [.. Enumerable.Range(0, 4).Select(worker => Task.Run(() =>
        {
            using QueuedMessage message = Queue.CreateQueued();
            int turn = 0;
            while (handedOut.Count < Sessions * PerSession)
            {
                if (!Consumer.TryNext(out RecordingConsumer.ReadyMessage ready))
                {
                    Thread.Yield();
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

    private protected abstract IMailQueue Open(MailQueueOptions options);

    private protected virtual MailQueueOptions NewOptions(long messagesMax = 1000_000) =>
        new() { MessagesMax = messagesMax };

    /// <summary>Closes the queue and opens it again; a queue that keeps nothing stays as it is.</summary>
    private protected async Task ReopenAsync()
    {
        if (!IsPersistent)
        {
            return;
        }

        await Queue.DisposeAsync();
        Queue = Open(NewOptions());
        Consumer = new RecordingConsumer();
        Queue.Start(Consumer);
    }

    private void Work(
        QueueId id, QueuedMessage message, int turn,
        System.Collections.Concurrent.ConcurrentDictionary<ulong, int> handedOut)
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
                Queue.Complete(message, [Outcome(0, RecipientStatus.Delivered)], Time.GetUtcNow() + TimeSpan.FromDays(1));
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
