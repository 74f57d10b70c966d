using System.Globalization;
using Relay.Delivery;
using Relay.Queue;
using Relay.Routing.Routes;

namespace Relay.Host.Admin;

/// <summary>
/// The requests about destinations: <c>summary</c>, <c>suspend DESTINATION SECONDS|- [reason …]</c>,
/// <c>resume DESTINATION</c>. What an administrator suspends stays so over a restart. Thread-safe.
/// </summary>
/// <param name="orders">Keeps them; null if nothing is kept.</param>
internal sealed class DestinationCommands(IMailQueue queue, DeliveryService delivery, SuspensionFile? orders)
{
    private const string NoReason = "ordered by an administrator";

    private static readonly double SecondsMax = TimeSpan.FromDays(3650).TotalSeconds;

    private readonly Lock _one = new();

    /// <summary>Puts the orders of earlier runs in force; before mail flows.</summary>
    /// <exception cref="IOException">They cannot be read; <see cref="Exception.Message"/> names the file.</exception>
    public void Restore()
    {
        foreach (SuspensionSummary order in orders?.Read() ?? [])
        {
            delivery.Suspend(order);
        }
    }

    public async ValueTask<string?> SummarizeAsync(AdminResponse response, CancellationToken cancellation)
    {
        QueueReport.WriteStatistics(response.Json, queue.Statistics);
        await response.EndLineAsync(cancellation);
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (DestinationSummary destination in delivery.SummarizeDestinations())
        {
            names.Add(destination.Name);
            QueueReport.WriteDestination(response.Json, destination);
            await response.EndLineAsync(cancellation);
        }

        foreach (SuspensionSummary suspension in delivery.SummarizeSuspensions())
        {
            if (names.Add(suspension.Destination))
            {
                QueueReport.WriteDestination(response.Json, Without(suspension));
                await response.EndLineAsync(cancellation);
            }
        }

        return null;
    }

    public async ValueTask<string?> SuspendAsync(
        string destination, string seconds, IEnumerable<string> reason, AdminResponse response,
        CancellationToken cancellation)
    {
        TimeSpan? duration = null;
        if (seconds != "-")
        {
            if (!double.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out double number)
                || number < 1 || number > SecondsMax)
            {
                return $"{seconds}: expected seconds, or - for no end";
            }

            duration = TimeSpan.FromSeconds(number);
        }

        (string? name, string problem) = await delivery.FindDestinationAsync(destination);
        if (name is null)
        {
            return $"{destination} {problem}";
        }

        string words = string.Join(' ', reason);
        SuspensionSummary present = delivery.Suspend(
            name, words.Length == 0 ? NoReason : words, duration, isManual: true);
        QueueReport.WriteSuspension(response.Json, present);
        await response.EndLineAsync(cancellation);
        return Keep();
    }

    public async ValueTask<string?> ResumeAsync(
        string destination, AdminResponse response, CancellationToken cancellation)
    {
        (string? name, string problem) = await delivery.FindDestinationAsync(destination);
        if (name is null)
        {
            return $"{destination} {problem}";
        }

        if (!delivery.Resume(name))
        {
            return $"{name} is not suspended";
        }

        response.Json.WriteStartObject();
        response.Json.WriteString("resumed", name);
        response.Json.WriteEndObject();
        await response.EndLineAsync(cancellation);
        return Keep();
    }

    /// <summary>A suspended destination that has no mail.</summary>
    private static DestinationSummary Without(SuspensionSummary suspension) =>
        new(suspension.Destination, 0, RouteKind.Smtp, 0, 0, 0, default, string.Empty, null)
        {
            Suspension = suspension,
        };

    private string? Keep()
    {
        if (orders is null)
        {
            return null;
        }

        try
        {
            lock (_one)
            {
                orders.Write([.. delivery.SummarizeSuspensions().Where(static s => s.IsManual)]);
            }

            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"in force now, but it will not outlive a restart: {exception.Message.ReplaceLineEndings(" ")}";
        }
    }
}
