using Relay.Logging;

namespace Relay.Host.Running;

/// <summary>The mail log, with an eye on what concerns watched deliveries. Thread-safe.</summary>
internal sealed class WatchedMailLog(IMailLog inner) : IMailLog
{
    private DeliveryWatches? _watches;

    public void Watch(DeliveryWatches watches) => _watches = watches;

    public void Write(scoped in MailEvent mailEvent)
    {
        inner.Write(in mailEvent);
        _watches?.OnEvent(in mailEvent);
    }
}
