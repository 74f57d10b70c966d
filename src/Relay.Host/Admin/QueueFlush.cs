using System.Text;
using Relay.Queue;
using Relay.Routing.Routes;
using Relay.Smtp.Addressing;
using Relay.Tables;

namespace Relay.Host.Admin;

/// <summary>
/// Makes deferred messages ready now, all or those for one destination. Walks the whole queue, so one at a time.
/// Thread-safe.
/// </summary>
internal sealed class QueueFlush(IMailQueue queue, IRouteResolver routes, Action<string?> unblock) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);

    public bool IsRunning => _one.CurrentCount == 0;

    /// <summary>Returns how many messages became ready.</summary>
    /// <param name="destination">
    /// A recipient domain (and those below it) or a route as the log names it; null for all messages.
    /// </param>
    public async Task<long> RunAsync(string? destination, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            unblock(destination);
            var unblocked = new HashSet<string>(StringComparer.Ordinal);
            using QueuedMessage message = queue.CreateQueued();
            long count = 0;
            foreach (QueueEntryInfo info in queue.Enumerate())
            {
                cancellation.ThrowIfCancellationRequested();
                if (info.State != QueueEntryState.Deferred && destination is null)
                {
                    continue;
                }

                // A message that waits in line for a paused next hop is not deferred: it needs the pause's end.
                bool isWanted = destination is null
                    || await GoesToAsync(info.Id, message, destination, unblocked, cancellation);
                if (isWanted && info.State == QueueEntryState.Deferred && queue.Expedite(info.Id))
                {
                    count++;
                }
            }

            return count;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async ValueTask<bool> GoesToAsync(
        QueueId id, QueuedMessage message, string destination, HashSet<string> unblocked,
        CancellationToken cancellation)
    {
        if (!queue.TryInspect(id, message))
        {
            return false;
        }

        for (int i = 0; i < message.Envelope.RecipientCount; i++)
        {
            if (message.GetStatus(i) >= RecipientStatus.Delivered)
            {
                continue;
            }

            byte[] forwardPath = message.Envelope.GetRecipient(i).ForwardPath.ToArray();
            RecipientRoute route = await routes.ResolveAsync(forwardPath, cancellation);
            if (IsInDomain(forwardPath, destination)
                || string.Equals(route.Route.Name, destination, StringComparison.OrdinalIgnoreCase))
            {
                if (unblocked.Add(route.Route.Name))
                {
                    unblock(route.Route.Name);
                }

                return true;
            }
        }

        return false;
    }

    private static bool IsInDomain(ReadOnlySpan<byte> forwardPath, string domain)
    {
        if (!Mailbox.TrySplit(forwardPath, out _, out ReadOnlySpan<byte> octets))
        {
            return false;
        }

        Span<byte> scratch = stackalloc byte[DomainName.LengthMax];
        string folded = Encoding.ASCII.GetString(DomainName.Fold(octets, scratch));
        return string.Equals(folded, domain, StringComparison.OrdinalIgnoreCase)
            || folded.EndsWith("." + domain, StringComparison.OrdinalIgnoreCase);
    }
}
