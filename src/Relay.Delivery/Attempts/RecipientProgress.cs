namespace Relay.Delivery.Attempts;

/// <summary>How far a recipient got within one attempt.</summary>
internal enum RecipientProgress : byte
{
    /// <summary>Not sent in this attempt yet.</summary>
    Waiting,

    /// <summary>RCPT sent in the present transaction, reply outstanding.</summary>
    Sent,

    /// <summary>RCPT accepted in the present transaction.</summary>
    Accepted,

    /// <summary>The outcome is known.</summary>
    Finished,
}
