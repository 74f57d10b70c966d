using Relay.Smtp;

namespace Relay.Delivery.Notifications;

/// <summary>
/// The mark of a notification to the administrator about a message with the null reverse-path: its envelope names this
/// relay as the client, in a way that no client's name can be.
/// </summary>
internal static class DoubleBounce
{
    private static ReadOnlySpan<byte> Mark => "double-bounce"u8;

    public static void Set(Envelope envelope) => envelope.SetClient(Mark);

    public static bool Is(Envelope envelope) => envelope.Helo.IsEmpty && envelope.Client.SequenceEqual(Mark);
}
