namespace Relay.Delivery.Rules;

/// <summary>What a refusal by a next hop has for a consequence, beside the outcome that its code says.</summary>
public enum ReplyAction : byte
{
    /// <summary>None.</summary>
    Nothing,

    /// <summary>Many in a row, with nothing accepted between them, slow the destination down.</summary>
    Count,

    /// <summary>The destination gets fewer connections and a slower rate for a while.</summary>
    SlowDown,

    /// <summary>The destination gets no mail for a time; the refused mail is deferred, whatever the code.</summary>
    Suspend,

    /// <summary>The refused recipients are returned, whatever the code.</summary>
    Bounce,

    /// <summary>The mail goes to the next host of the route now; deferred if there is none.</summary>
    NextHost,
}
