using System.Buffers;
using System.Text;
using Relay.Queue;
using Relay.Smtp;
using Relay.Testing;

namespace Relay.Delivery.Tests.Notifications;

/// <summary>
/// A relay whose mail to <c>a.test</c> meets the script's fate, and the mail exchanger of <c>client.test</c>, where the
/// notifications arrive.
/// </summary>
internal sealed class NotificationHarness : IAsyncDisposable
{
    public const string NoDsn = "250-mx.test\r\n250-PIPELINING\r\n250-SMTPUTF8\r\n250 8BITMIME";

    public NotificationHarness(
        Func<string, string?> script,
        RetryOptions? retry = null,
        NotificationOptions? notifications = null,
        string offer = NoDsn,
        MailQueueOptions? queue = null)
    {
        Options = new DeliveryOptions
        {
            HostName = "relay.test",
            Retry = retry ?? new RetryOptions { Jitter = 0 },
            Notifications = notifications ?? new NotificationOptions(),
        };
        Delivery = new DeliveryHarness(Options, queue);
        Exchanger = new ScriptedMailExchanger(script) { Offer = offer };
        Delivery.Routes["a.test"] = TestRoutes.To(Exchanger.Port);
        Delivery.Routes["client.test"] = TestRoutes.To(Client.Port);
    }

    public DeliveryOptions Options { get; }

    public DeliveryHarness Delivery { get; }

    public RecordingQueue Queue => Delivery.Queue;

    public ManualTimeProvider Time => Delivery.Time;

    public ScriptedMailExchanger Exchanger { get; }

    /// <summary>The exchanger of the senders.</summary>
    public ScriptedMailExchanger Client { get; } = new();

    /// <summary>Submits a message from <c>sender@client.test</c> to one recipient with DSN parameters.</summary>
    public Task<QueueId> SubmitAsync(
        string recipient,
        DsnNotify notify = DsnNotify.Unspecified,
        string header = "Subject: x\r\n",
        string orcpt = "") =>
        SubmitAsync([(recipient, notify, orcpt)], header);

    public async Task<QueueId> SubmitAsync(
        IEnumerable<(string Address, DsnNotify Notify, string Orcpt)> recipients,
        string header = "Subject: x\r\n",
        Action<AcceptRequest>? change = null)
    {
        var request = new AcceptRequest(new Envelope());
        request.Envelope.SetReversePath("sender@client.test"u8);
        foreach ((string address, DsnNotify notify, string orcpt) in recipients)
        {
            request.Envelope.AddRecipient(Encoding.UTF8.GetBytes(address), Encoding.UTF8.GetBytes(orcpt), notify);
        }

        byte[] content = Encoding.UTF8.GetBytes(header + "\r\nHello\r\n");
        request.Flags = content.Any(static o => o >= 0x80) ? ContentFlags.EightBit : ContentFlags.None;
        change?.Invoke(request);
        return await Delivery.AcceptAsync(request, new ReadOnlySequence<byte>(content));
    }

    /// <summary>The next end of an attempt at mail other than notifications that went well.</summary>
    public async Task<RecordingQueue.Completion> NextAsync(QueueId id)
    {
        RecordingQueue.Completion next;
        do
        {
            try
            {
                next = await Queue.NextAsync();
            }
            catch (TimeoutException)
            {
                Queue.TryGetInfo(id, out QueueEntryInfo info);
                throw new InvalidOperationException(
                    $"{Time.GetUtcNow():O} {info} "
                    + string.Join("; ", Delivery.Service.SummarizeDestinations()));
            }
        }
        while (next.Id != id);

        return next;
    }

    /// <summary>Lets time pass to the message's next attempt; when that has ended, what came of it.</summary>
    public async Task<RecordingQueue.Completion> AttemptAgainAsync(RecordingQueue.Completion last)
    {
        await Delivery.QuietAsync(); // a notification that is under way would time out in the leap
        Time.Advance(last.NextAttempt - Time.GetUtcNow() + TimeSpan.FromMilliseconds(200));
        return await NextAsync(last.Id);
    }

    /// <summary>Lets time pass to the first attempt at which the message is so old.</summary>
    public async Task<RecordingQueue.Completion> AttemptUntilAsync(RecordingQueue.Completion last, TimeSpan age)
    {
        DateTimeOffset end = last.Id.Created + age;
        for (int i = 0; Time.GetUtcNow() < end; i++)
        {
            Assert.InRange(i, 0, 200);
            last = await AttemptAgainAsync(last);
        }

        return last;
    }

    /// <summary>The notification of that number (from 1), once it has arrived.</summary>
    public async Task<ReceivedMail> NotificationAsync(int number = 1)
    {
        await Client.WhenAsync(e => e.Mails.Count >= number);
        return Client.Mails[number - 1];
    }

    public async ValueTask DisposeAsync()
    {
        await Delivery.DisposeAsync();
        await Exchanger.DisposeAsync();
        await Client.DisposeAsync();
    }
}
