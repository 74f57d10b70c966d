using static Relay.Host.Import.SendmailOption;

namespace Relay.Host.Import;

/// <summary>Every macro of cf.m4 (cf/README), and its fate here.</summary>
internal static class SendmailMacros
{
    private const string Computed = "m4 would have to compute it: write what it gives.";
    private const string OwnRules = "Rules are not read; see docs/migration.md for what replaces common ones.";
    private const string NoMilter = "There are no mail filters yet.";
    private const string NoLdap = "There are no LDAP tables.";

    public static IReadOnlyList<SendmailMacro> All { get; } =
    [
        new("OSTYPE", string.Empty, Always("Paths of the system; tables are looked for in /etc/mail.")),
        new("DOMAIN", string.Empty, Own(
            string.Empty, DomainImport.Import, "`generic` is FEATUREs redirect and use_cw_file, "
            + "EXPOSED_USER(root) and two options; other files are not read.")),
        new("VERSIONID", string.Empty, Always("A version of the file.")),
        new("divert", string.Empty, Always("What is diverted to -1 is not read, as in m4.")),
        new("MAILER", string.Empty, Own(
            string.Empty, MailerImport.Import, "`smtp` and `local` are built in, `uucp` and others are not.")),
        new("DAEMON_OPTIONS", string.Empty, Own(ListenerImport.Keys, ListenerImport.Import, "See below.")),
        new("CLIENT_OPTIONS", string.Empty, No("Outgoing connections have the address that the system gives.")),
        new("MASQUERADE_AS", string.Empty, To("masquerade.as", SendmailValues.Text, "`DM` in a sendmail.cf.")),
        new("MASQUERADE_DOMAIN", "M", Words("masquerade.domains")),
        new("MASQUERADE_DOMAIN_FILE", string.Empty, WordsOfFile("masquerade.domains")),
        new("MASQUERADE_EXCEPTION", "N", Words("masquerade.exceptions")),
        new("MASQUERADE_EXCEPTION_FILE", string.Empty, WordsOfFile("masquerade.exceptions")),
        new("EXPOSED_USER", "E", Words("masquerade.exposedUsers")),
        new("EXPOSED_USER_FILE", string.Empty, WordsOfFile("masquerade.exposedUsers")),
        new("LOCAL_USER", "L", Words("routes.localUsers")),
        new("LOCAL_USER_FILE", string.Empty, WordsOfFile("routes.localUsers")),
        new("LOCAL_DOMAIN", "w", Words("tables.localNames")),
        new("RELAY_DOMAIN", "R", Words("tables.relayNames")),
        new("RELAY_DOMAIN_FILE", string.Empty, Own(
            "tables.relayDomains tables.directory", TableImport.RelayDomains, "The table `relay-domains`.")),
        new("VIRTUSER_DOMAIN", "VirtHost", Words("tables.virtUserDomains")),
        new("VIRTUSER_DOMAIN_FILE", string.Empty, WordsOfFile("tables.virtUserDomains")),
        new("GENERICS_DOMAIN", "G", Words("masquerade.genericsDomains")),
        new("GENERICS_DOMAIN_FILE", string.Empty, WordsOfFile("masquerade.genericsDomains")),
        new("CANONIFY_DOMAIN", "Canonify", Always("Addresses are not rewritten to canonical names.")),
        new("CANONIFY_DOMAIN_FILE", string.Empty, Always("Addresses are not rewritten to canonical names.")),
        new("TRUST_AUTH_MECH", "TrustAuthMech", Own(
            "auth.trustedMechanisms", AuthImport.Mechanisms("auth.trustedMechanisms"), "Those that are served.")),
        new("LDAPROUTE_DOMAIN", "LDAPRoute", No(NoLdap)),
        new("LDAPROUTE_DOMAIN_FILE", string.Empty, No(NoLdap)),
        new("LDAPROUTE_EQUIVALENT", "LDAPRouteEquiv", No(NoLdap)),
        new("LDAPROUTE_EQUIVALENT_FILE", string.Empty, No(NoLdap)),
        new("INPUT_MAIL_FILTER", string.Empty, No(NoMilter)),
        new("MAIL_FILTER", string.Empty, No(NoMilter)),
        new("QUEUE_GROUP", string.Empty, No("There is one queue; each next hop has its own line in it.")),
        new("MODIFY_MAILER_FLAGS", string.Empty, No("Mailers have no flags here.")),
        new("HACK", string.Empty, No("Files of m4 are not read.")),
        new("SITECONFIG", string.Empty, No("There is no UUCP.")),
        new("SITE", string.Empty, No("There is no UUCP.")),
        new("UUCPSMTP", string.Empty, No("There is no UUCP.")),
        new("LOCAL_CONFIG", string.Empty, Always("The lines below it are read as lines of a sendmail.cf.")),
        new("LOCAL_RULE_0", string.Empty, No(OwnRules)),
        new("LOCAL_RULE_1", string.Empty, No(OwnRules)),
        new("LOCAL_RULE_2", string.Empty, No(OwnRules)),
        new("LOCAL_RULE_3", string.Empty, No(OwnRules)),
        new("LOCAL_RULESETS", string.Empty, No(OwnRules)),
        new("LOCAL_NET_CONFIG", string.Empty, No(OwnRules)),
        new("LOCAL_DNSBL", string.Empty, No(OwnRules)),
        new("LOCAL_UUCP", string.Empty, No("There is no UUCP.")),
        new("LOCAL_SRV_FEATURES", string.Empty, No(OwnRules)),
        new("LOCAL_CLT_FEATURES", string.Empty, No(OwnRules)),
        new("LOCAL_TRY_TLS", string.Empty, No(OwnRules)),
        new("LOCAL_TLS_RCPT", string.Empty, No(OwnRules)),
        new("LOCAL_TLS_CLIENT", string.Empty, No(OwnRules)),
        new("LOCAL_TLS_SERVER", string.Empty, No(OwnRules)),
        new("MAILER_DEFINITIONS", string.Empty, No("Mailers of one's own are not known.")),
        new("include", string.Empty, Own(string.Empty, DomainImport.Include, "Files are not read: import each by "
            + "itself, or put its lines in. `cf.m4` is known.")),
        new("sinclude", string.Empty, Own(string.Empty, DomainImport.Include, "As include.")),
        new("syscmd", string.Empty, No("No commands are run.")),
        new("esyscmd", string.Empty, No("No commands are run.")),
        new("ifdef", string.Empty, No(Computed)),
        new("ifelse", string.Empty, No(Computed)),
        new("pushdef", string.Empty, No(Computed)),
        new("popdef", string.Empty, No(Computed)),
        new("changequote", string.Empty, No(Computed)),
        new("changecom", string.Empty, No(Computed)),
        new("undivert", string.Empty, No(Computed)),
        new("errprint", string.Empty, Always("A message of m4's.")),
    ];

    private static readonly Dictionary<string, SendmailMacro> ByName =
        All.ToDictionary(static m => m.Name, StringComparer.Ordinal);

    private static readonly Dictionary<string, SendmailMacro> ByClass =
        All.Where(static m => m.Class.Length > 0).ToDictionary(static m => m.Class, StringComparer.Ordinal);

    /// <summary>The names that the reader takes for calls, m4's own among them.</summary>
    public static IReadOnlySet<string> Names { get; } =
        new HashSet<string>([.. ByName.Keys, "define", "undefine", "FEATURE"], StringComparer.Ordinal);

    public static SendmailMacro? Find(string name) => ByName.GetValueOrDefault(name);

    public static SendmailMacro? FindClass(string name) => ByClass.GetValueOrDefault(name);
}
