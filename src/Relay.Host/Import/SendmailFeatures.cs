using static Relay.Host.Import.SendmailOption;

namespace Relay.Host.Import;

/// <summary>Every FEATURE of Sendmail 8.17 and 8.18 (cf/README, FEATURES), and its fate here.</summary>
internal static class SendmailFeatures
{
    private const string NoMailboxes = "The relay has no mailboxes and runs no programs.";
    private const string NoUucp = "There is no UUCP: addresses with `!` are not relayed.";
    private const string NoTls = "There is no STARTTLS yet.";
    private const string NoLdap = "There are no LDAP tables.";

    public static IReadOnlyList<SendmailFeature> All { get; } =
    [
        new("access_db", Own("tables.directory", TableImport.Access, "The table `access`.")),
        new("mailertable", Own("tables.directory", TableImport.Table, "The table `mailertable`.")),
        new("virtusertable", Own("tables.directory", TableImport.Table, "The table `virtusertable`.")),
        new("domaintable", Own("tables.directory", TableImport.Table, "The table `domaintable`.")),
        new("genericstable", Own("tables.directory", TableImport.Table, "The table `genericstable`.")),
        new("use_cw_file", Own("tables.directory", TableImport.LocalHostNames, "The table `local-host-names`.")),
        new("use_ct_file", No("Mail is taken by SMTP only; there are no trusted users.")),
        new("relay_hosts_only", To("tables.relayHostsOnly", SendmailValues.Flag)),
        new("relay_entire_domain", Missing),
        new("relay_local_from", Missing),
        new("relay_mail_from", Missing),
        new("relay_based_on_MX", Missing),
        new("promiscuous_relay", Missing),
        new("loose_relay_check", Missing),
        new("accept_unqualified_senders", Missing),
        new("accept_unresolvable_domains", Missing),
        new("blocklist_recipients", Missing),
        new("blacklist_recipients", Missing),
        new("delay_checks", Missing),
        new("require_rdns", Missing),
        new("use_client_ptr", No("Checks see the confirmed name of the client alone.")),
        new("dnsbl", Missing, NeedsRule: true),
        new("enhdnsbl", Missing, NeedsRule: true),
        new("rhsbl", No("Lists of sender domains are not asked.")),
        new("greet_pause", Missing, NeedsRule: true),
        new("ratecontrol", Missing),
        new("conncontrol", Missing),
        new("lookupdotdomain", Missing),
        new("block_bad_helo", No("Names in HELO are not judged.")),
        new("badmx", No("Senders' MX records are not judged.")),
        new("mtamark", No("MTAMARK records are not asked for.")),
        new("drac", No("There is no POP before SMTP; use AUTH on a submission server.")),
        new("check_other", No("Commands are bounded by `server.badCommandsMax`.")),
        new("check_cert_altnames", No(NoTls)),
        new("tls_failures", No(NoTls)),
        new("tls_session_features", No(NoTls)),
        new("sts", No(NoTls)),
        new("compat_check", No("Pairs of sender and recipient are not looked up.")),
        new("no_default_msa", Own("listeners[].endpoint", ListenerImport.NoDefaultMsa, "No listener on port 587.")),
        new("nullclient", Own("smartHost", RouteImport.NullClient, "All mail to one host.")),
        new("stickyhost", Missing),
        new("notsticky", Always("The default.")),
        new("preserve_luser_host", Missing),
        new("preserve_local_plus_detail", Always("`+detail` is kept where tables do not say otherwise.")),
        new("masquerade_entire_domain", Missing),
        new("masquerade_envelope", Missing),
        new("limited_masquerade", Missing),
        new("allmasquerade", Missing),
        new("local_no_masquerade", No("There is no local delivery that would see the difference.")),
        new("generics_entire_domain", Missing),
        new("virtuser_entire_domain", Missing),
        new("always_add_domain", Always("Unqualified recipients have our name added where mail leaves the machine.")),
        new("nocanonify", Always("Addresses are not rewritten to canonical names.")),
        new("domainmap", No("Use `mailertable` and `virtusertable`.")),
        new("bestmx_is_local", No("Write the domains into `local-host-names`.")),
        new("authinfo", No("The relay does not log in at next hops yet.")),
        new("queuegroup", No("There is one queue; each next hop has its own line in it.")),
        new("redirect", No("Addresses that end in `.REDIRECT` have no meaning here; use `error:` in virtusertable.")),
        new("bcc", Always("Header fields are not added.")),
        new("prefixmod", No("Addresses are not changed on listeners.")),
        new("nouucp", Always(NoUucp)),
        new("nopercenthack", Always("`user%site@us` is not relayed for clients that may not relay.")),
        new("uucpdomain", No(NoUucp)),
        new("bitdomain", No("There is no BITNET.")),
        new("vnet", No("There is no Berkeley network.")),
        new("local_lmtp", Missing),
        new("local_procmail", No(NoMailboxes)),
        new("smrsh", Always(NoMailboxes)),
        new("msp", No("There is no submission program; mail is taken by SMTP.")),
        new("ldap_routing", No(NoLdap)),
    ];

    private static readonly Dictionary<string, SendmailFeature> ByName =
        All.ToDictionary(static f => f.Name, StringComparer.OrdinalIgnoreCase);

    public static SendmailFeature? Find(string name) => ByName.GetValueOrDefault(name);
}
