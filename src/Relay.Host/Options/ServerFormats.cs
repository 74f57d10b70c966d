using Relay.Server;
using Relay.Server.Greetings;
using Relay.Server.Policies;

namespace Relay.Host.Options;

/// <summary>The kinds of values that only options of reception take.</summary>
internal static class ServerFormats
{
    /// <summary>A text with Sendmail's macros.</summary>
    public static OptionFormat<string> Greeting { get; } = new(
        "printable ASCII with macros such as $j and $b, conditionals as $?{client_ptr} … $| … $. and line feeds",
        static (string t, out string v) =>
        {
            v = t;
            return GreetingText.IsValid(t, out _);
        },
        static v => v,
        JsonTokens.String);

    public static OptionFormat<PrivacyFlags> Privacy { get; } = new(
        $"names with commas between them, of {PrivacyFlagsText.Names}",
        static (string t, out PrivacyFlags v) => PrivacyFlagsText.TryParse(t, out v, out _),
        PrivacyFlagsText.Write,
        JsonTokens.String);

    public static OptionFormat<ListenerModifiers> Modifiers { get; } = new(
        $"letters of {ListenerModifiersText.Letters}, or \"\" for none",
        static (string t, out ListenerModifiers v) => ListenerModifiersText.TryParse(t, out v, out _),
        ListenerModifiersText.Write,
        JsonTokens.String);
}
