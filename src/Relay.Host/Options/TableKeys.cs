using Relay.Tables.Loading;

namespace Relay.Host.Options;

/// <summary>Options about the tables: where they are, and the classes that the configuration fills.</summary>
internal static class TableKeys
{
    public static readonly OptionKey<string> Directory = new(
        "tables.directory",
        OptionFormats.OptionalPath,
        string.Empty,
        "Holds the tables, in Sendmail's syntax: `access`, `mailertable`, `virtusertable`, `domaintable`, "
        + "`genericstable`, `aliases`, `users`, `authinfo`, `senderlogin`, `local-host-names`, `relay-domains`. A missing file is an empty table; a "
        + "changed one is taken up within two seconds. Without a directory there are no tables: only this machine may relay.");

    public static readonly OptionKey<string> Access =
        FileKey("access", "access", "Who may send what: the access database.");

    public static readonly OptionKey<string> Mailertable =
        FileKey("mailertable", "mailertable", "Where the mail of other domains goes.");

    public static readonly OptionKey<string> Virtusertable =
        FileKey("virtusertable", "virtusertable", "What addresses of our own and virtual domains stand for.");

    public static readonly OptionKey<string> Domaintable =
        FileKey("domaintable", "domaintable", "Domains that are replaced in all addresses, in headers too.");

    public static readonly OptionKey<string> Genericstable =
        FileKey("genericstable", "genericstable", "Addresses that our senders show the world.");

    public static readonly OptionKey<string> Aliases =
        FileKey("aliases", "aliases", "What local names stand for, lists with `:include:` and `owner-` among them. "
            + "Several files, separated by commas, are asked one after the other. What an `:include:` file says counts "
            + "a second after it changed at the latest.");

    public static readonly OptionKey<string> Users = FileKey(
        "users", "users", "Who may authenticate, with the keys of their passwords, as `relay passwd` writes them. For "
        + "its owner alone to read (0600), else it is refused. Without users AUTH is not offered.");

    public static readonly OptionKey<string> AuthInfo = FileKey(
        "authInfo", "authinfo", "How this relay authenticates to servers (`FEATURE(authinfo)`): `AuthInfo:server.name`, "
        + "`AuthInfo:1.2.3.4` or `AuthInfo:`, each exactly, and `\"U:user\" \"I:id\" \"P:password\" \"R:realm\" "
        + "\"M:mechanisms\"`; `P=` is base64. Instead of a password `\"T:file:/path\"` is a file with a bearer token, "
        + "`\"T:oauth:/path\"` one that says where to get one. For its owner alone to read (0600), else it is refused. "
        + "While the table is empty, `AuthInfo:` entries of `access` count.");

    public static readonly OptionKey<string> SenderLogin = FileKey(
        "senderLogin", "senderlogin", "Which users own a sender: `user@domain` or `@domain`, and their names; see "
        + "`access.senderLogin`.");

    public static readonly OptionKey<string> LocalHostNames =
        FileKey("localHostNames", "local-host-names", "Our own names (class w), compared exactly.");

    public static readonly OptionKey<string> RelayDomains =
        FileKey("relayDomains", "relay-domains", "Domains and addresses that are relayed to and from (class R).");

    public static readonly OptionKey<WordsSetting> LocalNames = ClassKey(
        "localNames", "Our own names beside `tables.localHostNames` (`Cw`).");

    public static readonly OptionKey<WordsSetting> RelayNames = ClassKey(
        "relayNames", "Members of class R beside `tables.relayDomains` (`RELAY_DOMAIN`).");

    public static readonly OptionKey<WordsSetting> VirtUserDomains = ClassKey(
        "virtUserDomains", "Domains that `virtusertable` serves though they are not our own (`VIRTUSER_DOMAIN`); they "
        + "are relayed to.");

    public static readonly OptionKey<bool> VirtUserEntireDomain = new(
        "tables.virtUserEntireDomain", OptionFormats.Flag, false,
        "`tables.virtUserDomains` stand for all below them, too (`virtuser_entire_domain`).");

    public static readonly OptionKey<bool> RelayHostsOnly = new(
        "tables.relayHostsOnly",
        OptionFormats.Flag,
        false,
        "Relay permission of a domain does not extend to the domains below it (Sendmail's `relay_hosts_only`).");

    public static readonly OptionKey<bool> LookupDotDomain = new(
        "tables.lookupDotDomain", OptionFormats.Flag, false,
        "Keys `.domain` of `access` match what lies below the domain (`lookupdotdomain`).");

    public static readonly OptionKey<DontBlameSendmail> DontBlameSendmail = new(
        "tables.dontBlameSendmail", RuleFormats.Permissions, Relay.Tables.Loading.DontBlameSendmail.Safe,
        "Unsafe permissions of tables and their directories that are borne with a warning. Others refuse the table.");

    public static IReadOnlyList<OptionKey> All { get; } =
    [
        Directory, Access, Mailertable, Virtusertable, Domaintable, Genericstable, Aliases, Users, AuthInfo,
        SenderLogin, LocalHostNames,
        RelayDomains, LocalNames, RelayNames, VirtUserDomains, VirtUserEntireDomain, RelayHostsOnly, LookupDotDomain,
        DontBlameSendmail,
    ];

    internal static OptionKey<WordsSetting> ClassKey(string name, string description, string section = "tables") =>
        new($"{section}.{name}", RuleFormats.Words, WordsSetting.None, description);

    private static OptionKey<string> FileKey(string name, string file, string description) =>
        new($"tables.{name}", RuleFormats.TableFile, file, description);
}
