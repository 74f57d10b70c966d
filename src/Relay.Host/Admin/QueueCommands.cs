using Relay.Queue;

namespace Relay.Host.Admin;

/// <summary>
/// The requests of the admin socket: <c>list</c>, <c>show ID</c>, <c>flush [destination]</c>, <c>hold ID</c>,
/// <c>release ID</c>, <c>delete ID</c>, <c>trace TEXT</c>, <c>mailq [held] [filter …]</c>,
/// <c>run [verbose] [filter …]</c>, and those of <see cref="DestinationCommands"/>. Thread-safe.
/// </summary>
internal sealed class QueueCommands(
    IMailQueue queue,
    QueueActions actions,
    TraceCommands trace,
    DestinationCommands destinations,
    MailqReport mailq,
    QueueRun run) : IAdminCommands
{
    public async ValueTask<string?> RunAsync(
        string request, uint? user, AdminResponse response, CancellationToken cancellation)
    {
        string[] words = request.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        try
        {
            return words switch
            {
                ["list"] => await ListAsync(response, cancellation),
                ["show", var id] => await ShowAsync(id, response, cancellation),
                ["flush"] => await FlushAsync(null, response, cancellation),
                ["flush", var destination] => await FlushAsync(destination, response, cancellation),
                ["hold", var id] => Change(id, actions.Hold),
                ["release", var id] => Change(id, actions.Release),
                ["delete", var id] => Change(id, actions.Delete),
                ["trace", var text] => await trace.RunAsync(text, response, cancellation),
                ["mailq", .. var filters] => await mailq.WriteAsync(filters, response, cancellation),
                ["run", "verbose", .. var filters] => await run.ShowAsync(filters, response, cancellation),
                ["run", .. var filters] => await run.StartAsync(filters, response, cancellation),
                ["summary"] => await destinations.SummarizeAsync(response, cancellation),
                ["suspend", var name, var seconds, .. var reason] =>
                    await destinations.SuspendAsync(name, seconds, reason, response, cancellation),
                ["resume", var name] => await destinations.ResumeAsync(name, response, cancellation),
                _ => "unknown request",
            };
        }
        catch (MailQueueException exception)
        {
            return exception.Message.ReplaceLineEndings(" ");
        }
    }

    private static string NotFound(string id) => $"{id}: no such message in the queue";

    private async ValueTask<string?> ListAsync(AdminResponse response, CancellationToken cancellation)
    {
        using QueuedMessage message = queue.CreateQueued();
        foreach (QueueEntryInfo info in queue.Enumerate())
        {
            QueueReport.WriteEntry(response.Json, info, TryInspect(info.Id, message) ? message : null);
            await response.EndLineAsync(cancellation);
        }

        return null;
    }

    private async ValueTask<string?> ShowAsync(string text, AdminResponse response, CancellationToken cancellation)
    {
        if (!QueueId.TryParse(text, out QueueId id) || !queue.TryGetInfo(id, out QueueEntryInfo info))
        {
            return NotFound(text);
        }

        using QueuedMessage message = queue.CreateQueued();
        bool isReadable = TryInspect(id, message);
        QueueReport.WriteMessage(response.Json, info, isReadable ? message : null);
        await response.EndLineAsync(cancellation);
        for (int i = 0; isReadable && i < message.Envelope.RecipientCount; i++)
        {
            QueueReport.WriteRecipient(response.Json, message, i);
            await response.EndLineAsync(cancellation);
        }

        return null;
    }

    private async ValueTask<string?> FlushAsync(
        string? destination, AdminResponse response, CancellationToken cancellation)
    {
        long count = await actions.FlushAsync(destination, cancellation);
        response.Json.WriteStartObject();
        response.Json.WriteNumber("flushed", count);
        response.Json.WriteEndObject();
        await response.EndLineAsync(cancellation);
        return null;
    }

    private bool TryInspect(QueueId id, QueuedMessage message)
    {
        try
        {
            return queue.TryInspect(id, message);
        }
        catch (MailQueueException)
        {
            return false; // damaged: listed from the index alone
        }
    }

    private string? Change(string text, Func<QueueId, bool> change) =>
        QueueId.TryParse(text, out QueueId id) && change(id) ? null : NotFound(text);
}
