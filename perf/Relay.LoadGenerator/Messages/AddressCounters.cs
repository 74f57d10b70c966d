namespace Relay.LoadGenerator.Messages;

/// <summary>The numbers an <see cref="AddressTemplate"/> can show.</summary>
internal readonly record struct AddressCounters(
    long Message, int Recipient, int RecipientsPerMessage, int Session, int Destinations)
{
    internal long Value(char counter) => counter switch
    {
        'n' => (Message * RecipientsPerMessage) + Recipient,
        'r' => Recipient,
        'm' => Message,
        's' => Session,
        'd' => Message % Destinations,
        'e' => ((Message * RecipientsPerMessage) + Recipient) % Destinations,
        _ => 0,
    };
}
