namespace Relay.Host.Options;

/// <summary>Options of masquerading. Rewriting headers breaks DKIM signatures: docs/masquerading.md.</summary>
internal static class MasqueradeKeys
{
    private const string Section = "masquerade";

    public static readonly OptionKey<string> As = new(
        "masquerade.as", RuleFormats.OptionalDomain, string.Empty,
        "The domain that stands for our own names in senders' headers (`MASQUERADE_AS`, `DM`). Headers that change "
        + "break DKIM signatures: see docs/masquerading.md.");

    public static readonly OptionKey<WordsSetting> Domains = TableKeys.ClassKey(
        "domains", "Further domains that are masqueraded (`MASQUERADE_DOMAIN`, class M).", Section);

    public static readonly OptionKey<WordsSetting> Exceptions = TableKeys.ClassKey(
        "exceptions", "Domains that are not masqueraded (`MASQUERADE_EXCEPTION`, class N).", Section);

    public static readonly OptionKey<WordsSetting> ExposedUsers = TableKeys.ClassKey(
        "exposedUsers", "Local parts that keep their domain, such as root (`EXPOSED_USER`, class E).", Section);

    public static readonly OptionKey<WordsSetting> GenericsDomains = TableKeys.ClassKey(
        "genericsDomains", "Domains that `genericstable` serves beside our own names (`GENERICS_DOMAIN`, class G).",
        Section);

    public static readonly OptionKey<bool> EntireDomain = Flag(
        "entireDomain", "`masquerade.domains` stand for all below them, too (`masquerade_entire_domain`).");

    public static readonly OptionKey<bool> Limited = Flag(
        "limited", "Our own names are masqueraded only if they are in `masquerade.domains` (`limited_masquerade`).");

    public static readonly OptionKey<bool> AllHeaders = Flag(
        "all", "Recipients' headers are masqueraded, too (`allmasquerade`).");

    public static readonly OptionKey<bool> Envelope = Flag(
        "envelope", "The envelope's sender is masqueraded, too (`masquerade_envelope`).");

    public static readonly OptionKey<bool> GenericsEntireDomain = Flag(
        "genericsEntireDomain", "`masquerade.genericsDomains` stand for all below them (`generics_entire_domain`).");

    public static IReadOnlyList<OptionKey> All { get; } =
    [
        As, Domains, Exceptions, ExposedUsers, EntireDomain, Limited, AllHeaders, Envelope, GenericsDomains,
        GenericsEntireDomain,
    ];

    private static OptionKey<bool> Flag(string name, string description) =>
        new($"{Section}.{name}", OptionFormats.Flag, false, description);
}
