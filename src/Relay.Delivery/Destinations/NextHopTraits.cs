using Relay.Routing.Routes;

namespace Relay.Delivery.Destinations;

/// <summary>
/// How a next hop is spoken to: as the options now in force say, less what it was found not to do. Written by workers
/// side by side: the last one to learn counts. A reload changes what the options say for the next transaction on.
/// </summary>
/// <param name="options">Gives those now in force.</param>
/// <param name="route">The destination's.</param>
internal sealed class NextHopTraits(Func<DeliveryOptions> options, Route route)
{
    /// <summary>How long a reply too many is remembered after it was last met.</summary>
    private const long OutOfStepMilliseconds = 3_600_000;

    private long _outOfStepUntil;
    private volatile bool _refusesChunking;
    private volatile bool _losesPipelined;

    /// <summary>Recipients that the next hop takes per transaction, learnt from its 452 4.5.3.</summary>
    public int RecipientsMax { get; set; } = int.MaxValue;

    /// <summary>Send by BDAT where offered.</summary>
    public bool UsesChunking => !_refusesChunking && options().UseChunking;

    /// <summary>Send the next message's commands with the final dot.</summary>
    public bool PipelinesTransactions => !_losesPipelined
        && (route.IsMxRoute || route.IsLiteral
            ? options().PipelineTransactionsOnMxRoutes
            : options().PipelineTransactions);

    /// <summary>It offers BDAT and refuses it.</summary>
    public void OnChunkingRefused() => _refusesChunking = true;

    /// <summary>
    /// On a new connection it sent a reply too many: from now on it gets one message on each, command by command, so
    /// that steps cannot be mistaken.
    /// </summary>
    public bool IsOutOfStep(long now) => now < Volatile.Read(ref _outOfStepUntil);

    /// <summary>It sent a reply too many.</summary>
    public void OnOutOfStep(long now) => Volatile.Write(ref _outOfStepUntil, now + OutOfStepMilliseconds);

    /// <summary>It does not answer commands that come with a final dot.</summary>
    public void OnPipelinedLost() => _losesPipelined = true;
}
