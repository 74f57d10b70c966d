using System.Buffers;
using System.Text;
using Relay.Queue.Tests.Journal;
using Relay.Smtp;
using Relay.Smtp.Replies;

namespace Relay.Queue.Tests;

/// <summary>Short words for what tests do with a queue.</summary>
internal static class QueueExtensions
{
    public static readonly DateTimeOffset Never = DateTimeOffset.MaxValue;

    /// <summary>The name of a directory that does not exist yet.</summary>
    public static string NewDirectory() =>
        Path.Combine(Path.GetTempPath(), "relay-queue-" + Guid.NewGuid().ToString("N"));

    /// <summary>Waits for what other threads do.</summary>
    public static async Task EventuallyAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(JournalFixture.Deadline);
        while (!condition())
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    public static AcceptRequest NewRequest(params string[] recipients)
    {
        var request = new AcceptRequest(new Envelope());
        request.Envelope.SetReversePath("sender@example.org"u8);
        request.Envelope.SetHelo("client.example.org"u8);
        foreach (string recipient in recipients.Length == 0 ? ["a@example.org"] : recipients)
        {
            request.Envelope.AddRecipient(Encoding.ASCII.GetBytes(recipient), default, DsnNotify.Unspecified);
        }

        return request;
    }

    public static async Task<QueueId> AcceptAsync(
        this IMailQueue queue, AcceptRequest? request = null, string content = "Subject: x\r\n\r\nHello\r\n")
    {
        using IncomingMessage incoming = queue.CreateIncoming();
        incoming.Begin();
        QueueId id = incoming.Id;
        await incoming.AcceptAsync(
            request ?? NewRequest(), new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes(content)));
        return id;
    }

    public static RecipientOutcome Outcome(int ordinal, RecipientStatus status, string reply = "") =>
        new((ushort)ordinal, status, 250, new EnhancedStatusCode(2, 0, 0), Encoding.ASCII.GetBytes(reply));

    /// <summary>One job from opening to the end, all recipients with the same outcome.</summary>
    public static void RunJob(this IMailQueue queue, QueueId id, RecipientStatus status, DateTimeOffset next = default)
    {
        queue.Assign(id, 1, 7);
        using QueuedMessage message = queue.CreateQueued();
        Assert.True(queue.TryOpen(id, message));
        RecipientOutcome[] outcomes = [.. Enumerable.Range(0, message.Envelope.RecipientCount)
            .Where(i => message.GetStatus(i) < RecipientStatus.Delivered)
            .Select(i => Outcome(i, status, "said so"))];
        queue.Complete(message, outcomes, next);
    }

    public static byte[] ReadAll(this QueuedMessage message, int step = 1000)
    {
        var result = new MemoryStream();
        byte[] buffer = new byte[step];
        int count;
        do
        {
            count = message.Read(result.Length, buffer);
            result.Write(buffer, 0, count);
        }
        while (count == step);

        return result.ToArray();
    }

    public static string Text(this ReadOnlySpan<byte> bytes) => Encoding.ASCII.GetString(bytes);
}
