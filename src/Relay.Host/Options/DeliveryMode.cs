namespace Relay.Host.Options;

/// <summary>When mail that comes in on a listener is tried first. (Sendmail: DeliveryMode.)</summary>
internal enum DeliveryMode
{
    /// <summary>At once, in the background.</summary>
    Background = 0,

    /// <summary>When mail is tried again that could not be delivered at once.</summary>
    Queue,

    /// <summary>The same: what Sendmail leaves out then, questions to the DNS, is asked at delivery anyway.</summary>
    Deferred,
}
