namespace Relay.Server.Policies;

/// <summary>What becomes visible of one message's first attempt, line by line. One reader.</summary>
public interface IDeliveryWatch : IDisposable
{
    /// <summary>Waits for the next line, without a line break; null when the attempt is over.</summary>
    ValueTask<string?> NextAsync();
}
