using Relay.Delivery;

namespace Relay.Host.Options;

/// <summary>Whom the relay writes to besides senders; see docs/notifications.md.</summary>
internal static class NotificationKeys
{
    /// <summary>An alias, or what stands in <see cref="RelayKeys.PostmasterAddress"/>.</summary>
    public const string Postmaster = "postmaster";

    private static readonly NotificationOptions Defaults = new();

    public static readonly OptionKey<string> DoubleBounceAddress = new(
        "notifications.doubleBounceAddress",
        new OptionFormat<string>(
            "`postmaster`, a mailbox with its domain, or \"\" for nobody",
            static (string text, out string value) =>
            {
                value = text;
                return text == Postmaster || OptionFormats.OptionalMailbox.Parse(text, out value);
            },
            static value => value,
            JsonTokens.String),
        Postmaster,
        "Who is told of a message with the null reverse-path that cannot be delivered (Sendmail's "
        + "DoubleBounceAddress); aliases apply. `postmaster` is the alias of that name, else the address in the option "
        + "`postmaster`; where there is neither, such mail is dropped, as with \"\", and only the log tells of it.");

    public static readonly OptionKey<string> PostmasterCopy = new(
        "notifications.postmasterCopy",
        OptionFormats.OptionalMailbox,
        Defaults.PostmasterCopy,
        "Who gets a copy of every failure notification, with the header section of the message alone (Sendmail's "
        + "PostmasterCopy).");

    public static IReadOnlyList<OptionKey> All { get; } = [DoubleBounceAddress, PostmasterCopy];
}
