namespace Relay.Host.Options;

/// <summary>Options about where mail goes beside the tables.</summary>
internal static class RouteKeys
{
    public static readonly OptionKey<TargetSetting> FallbackSmartHost = Target(
        "fallbackSmartHost", "Tried when all hosts of a recipient's domain have failed (`confFALLBACK_SMARTHOST`).");

    public static readonly OptionKey<TargetSetting> LocalDelivery = new(
        "routes.localDelivery", RuleFormats.Hosts, TargetSetting.None,
        "Who has the mailboxes of our own names, by LMTP or SMTP. Without it a local name that no alias, virtual user "
        + "or hub knows is refused with 550 5.1.1.");

    public static readonly OptionKey<TargetSetting> MailHub = Target(
        "mailHub", "Where mail for names at our own domains goes that no alias knows (`MAIL_HUB`, `DH`).");

    public static readonly OptionKey<TargetSetting> LocalRelay = Target(
        "localRelay", "Where mail for names without a domain goes that no alias knows (`LOCAL_RELAY`, `DR`).");

    public static readonly OptionKey<TargetSetting> LuserRelay = Target(
        "luserRelay", "Where mail for local names goes that are nobody (`LUSER_RELAY`, `DL`). With "
        + "`routes.localDelivery` no name is nobody.");

    public static readonly OptionKey<bool> StickyHost = new(
        "routes.stickyHost", OptionFormats.Flag, false,
        "`routes.mailHub` takes only names with a domain and `routes.localRelay` only those without (`stickyhost`).");

    public static readonly OptionKey<bool> HubRewritesDomain = new(
        "routes.hubRewritesDomain", OptionFormats.Flag, false,
        "Hub and relays get recipients at their own name, as Sendmail does it without `stickyhost`; by default the "
        + "domain stays.");

    public static readonly OptionKey<bool> PreserveLuserHost = new(
        "routes.preserveLuserHost", OptionFormats.Flag, false,
        "`routes.luserRelay` leaves the domain even so (`preserve_luser_host`).");

    public static readonly OptionKey<WordsSetting> LocalUsers = TableKeys.ClassKey(
        "localUsers", "Names that stay here whatever hub or relay there is (`LOCAL_USER`, class L).", "routes");

    public static readonly OptionKey<int> Port = new(
        "routes.port", OptionFormats.Count(1, ushort.MaxValue), 25,
        "The port of SMTP hosts that are named without one and of those found by MX.");

    public static IReadOnlyList<OptionKey> All { get; } =
    [
        FallbackSmartHost, LocalDelivery, MailHub, LocalRelay, LuserRelay, StickyHost, HubRewritesDomain,
        PreserveLuserHost, LocalUsers, Port,
    ];

    private static OptionKey<TargetSetting> Target(string name, string description) =>
        new($"routes.{name}", RuleFormats.Target, TargetSetting.None, description);
}
