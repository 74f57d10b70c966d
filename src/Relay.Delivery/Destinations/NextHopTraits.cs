using Relay.Routing.Routes;

namespace Relay.Delivery.Destinations;

/// <summary>
/// What a next hop can do, as far as it was found out. Written by workers side by side: the last one to learn counts.
/// </summary>
internal sealed class NextHopTraits(DeliveryOptions options, Route route)
{
    /// <summary>Recipients that the next hop takes per transaction, learnt from its 452 4.5.3.</summary>
    public int RecipientsMax { get; set; } = int.MaxValue;

    /// <summary>Send by BDAT where offered; ends with the first next hop that offers it and refuses it.</summary>
    public bool UsesChunking { get; set; } = options.UseChunking;

    /// <summary>
    /// Send the next message's commands with the final dot; ends with the first next hop that does not answer them.
    /// </summary>
    public bool PipelinesTransactions { get; set; } = route.IsMxRoute
        ? options.PipelineTransactionsOnMxRoutes
        : options.PipelineTransactions;
}
