using static Relay.Queue.Tests.QueueExtensions;

namespace Relay.Queue.Tests;

/// <summary>What every queue promises of jobs, times and states, whatever it stands on. Engines inherit it.</summary>
public abstract class QueueJobConformanceTests : MailQueueTestBase
{
    private protected QueueJobConformanceTests(QueueEngine engine)
        : base(engine)
    {
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
    public async Task A_job_that_is_added_keeps_a_message_from_being_ready_and_from_being_removed()
    {
        QueueId id = await Queue.AcceptAsync(NewRequest("a@x", "b@y"));
        Consumer.Next();
        Assert.False(Queue.TryAddJob(id)); // none is assigned yet
        Queue.Assign(id, 1, 9);
        Assert.True(Queue.TryAddJob(id));
        Assert.True(Queue.TryGetInfo(id, out QueueEntryInfo info));
        Assert.Equal((QueueEntryState.Active, 2), (info.State, info.Jobs));
        using QueuedMessage message = Queue.CreateQueued();
        Assert.True(Queue.TryOpen(id, message));
        Queue.Complete(
            message, [Outcome(0, RecipientStatus.Delivered), Outcome(1, RecipientStatus.Delivered)], default);
        Assert.True(Queue.TryGetInfo(id, out info));
        Assert.Equal((QueueEntryState.Active, 1, 0), (info.State, info.Jobs, info.UnfinishedRecipients));
        Queue.Return(id, Time.GetUtcNow());
        Assert.False(Queue.TryGetInfo(id, out _));
        Assert.False(Queue.TryAddJob(id));
        Assert.Equal(0, Consumer.Count);
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
    public async Task A_notification_of_a_delay_marks_the_parents_recipients_for_good_and_changes_nothing_else()
    {
        QueueId parent = await Queue.AcceptAsync(NewRequest("a@x", "b@y", "c@z"));
        using QueuedMessage message = Queue.CreateQueued();
        Queue.Assign(parent, 1, 0);
        Assert.True(Queue.TryOpen(parent, message));
        AcceptRequest notification = NewRequest("sender@example.org");
        notification.Parent = parent;
        notification.ParentOutcomes =
        [
            Outcome(0, RecipientStatus.Deferred, "late") with { DelayNotified = true },
            Outcome(1, RecipientStatus.Deferred, "late") with { DelayNotified = true },
        ];
        await Queue.AcceptAsync(notification);
        Assert.True(Queue.TryGetInfo(parent, out QueueEntryInfo info));
        Assert.Equal(3, info.UnfinishedRecipients);
        Queue.Complete(
            message,
            [.. Enumerable.Range(0, 3).Select(static i => Outcome(i, RecipientStatus.Deferred, $"busy {i}"))],
            Time.GetUtcNow() + TimeSpan.FromHours(1));
        await ReopenAsync();
        using QueuedMessage again = Queue.CreateQueued();
        Assert.True(Queue.TryInspect(parent, again));
        Assert.Equal([true, true, false], Enumerable.Range(0, 3).Select(again.IsDelayNotified));
        Assert.All([0, 1, 2], i => Assert.Equal(RecipientStatus.Deferred, again.GetStatus(i)));
        Assert.All([0, 1, 2], i => Assert.Equal($"busy {i}", again.GetLastReply(i).Text()));
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
    public async Task A_consumer_that_throws_at_a_due_message_gets_it_again_later_and_the_others_at_once()
    {
        await OpenAnewAsync();
        QueueId[] ids = [await Queue.AcceptAsync(), await Queue.AcceptAsync(), await Queue.AcceptAsync()];
        Queue.Start(new FailingConsumer(Consumer, failures: 1));
        Time.Advance(TimeSpan.FromSeconds(1));
        QueueId[] others = [Consumer.Next().Id, Consumer.Next().Id];
        QueueId failed = Assert.Single(ids.Except(others));
        Assert.True(Queue.TryGetInfo(failed, out QueueEntryInfo info));
        Assert.Equal(QueueEntryState.Deferred, info.State);
        Assert.InRange(info.NextAttempt - Time.GetUtcNow(), TimeSpan.FromSeconds(50), TimeSpan.FromSeconds(61));
        Assert.Equal(0, info.Attempts);

        Time.Advance(TimeSpan.FromSeconds(62));
        Assert.Equal(failed, Consumer.Next().Id);
        Assert.Equal(0, Consumer.Count);
        Assert.Equal(failed, Incidents.Single(static i => i.Kind == MailQueueIncidentKind.ConsumerFailed).Id);
    }

    [Fact]
    public async Task A_consumer_that_throws_at_a_message_just_accepted_or_expedited_gets_it_again_later()
    {
        await OpenAnewAsync();
        Queue.Start(new FailingConsumer(Consumer, failures: 2));
        QueueId id = await Queue.AcceptAsync(); // the client is told that it was taken
        Assert.Equal(0, Consumer.Count);
        Assert.True(Queue.Expedite(id));
        Assert.Equal(0, Consumer.Count);

        Time.Advance(TimeSpan.FromSeconds(62));
        Assert.Equal(id, Consumer.Next().Id);
        Queue.RunJob(id, RecipientStatus.Delivered);
        Assert.Equal(0, Queue.Statistics.Messages);
        Assert.Equal(2, Incidents.Count(static i => i.Kind == MailQueueIncidentKind.ConsumerFailed));
    }
}
