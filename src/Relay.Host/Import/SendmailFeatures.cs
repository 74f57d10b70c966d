using static Relay.Host.Import.SendmailOption;

namespace Relay.Host.Import;

/// <summary>Every FEATURE of Sendmail 8.17 and 8.18 (cf/README, FEATURES), and its fate here.</summary>
internal static class SendmailFeatures
{
    private const string NoMailboxes = "The relay has no mailboxes and runs no programs.";
    private const string NoUucp = "There is no UUCP: addresses with `!` are not relayed.";
    private const string NoLdap = "There are no LDAP tables.";

    public static IReadOnlyList<SendmailFeature> All { get; } =
    [
        new("access_db", Own(
            "tables.access tables.directory access.relayToFullAddress tables.lookupDotDomain",
            TableImport.Access,
            "The table `access`; its arguments `relaytofulladdress` and `lookupdotdomain`."), TakesArguments: true),
        new("mailertable", Own("tables.mailertable tables.directory", TableImport.Table, "The table `mailertable`.")),
        new("virtusertable", Own(
            "tables.virtusertable tables.directory", TableImport.Table, "The table `virtusertable`.")),
        new("domaintable", Own("tables.domaintable tables.directory", TableImport.Table, "The table `domaintable`.")),
        new("genericstable", Own(
            "tables.genericstable tables.directory", TableImport.Table, "The table `genericstable`.")),
        new("use_cw_file", Own(
            "tables.localHostNames tables.directory", TableImport.LocalHostNames, "The table `local-host-names`.")),
        new("use_ct_file", No("`submission.trustedUsers` lists who may name another sender with `-f`.")),
        new("relay_hosts_only", To("tables.relayHostsOnly", SendmailValues.Flag)),
        new("relay_entire_domain", To("access.relayEntireDomain", SendmailValues.Flag)),
        new("relay_local_from", To("access.relayLocalFrom", SendmailValues.Flag)),
        new("relay_mail_from", Own(
            "access.relayMailFrom", AccessImport.RelayMailFrom, "`address`, or `domain` with that argument."),
            TakesArguments: true),
        new("relay_based_on_MX", To("access.relayBasedOnMx", SendmailValues.Flag)),
        new("promiscuous_relay", Own(
            "access.promiscuousRelay", AccessImport.PromiscuousRelay,
            "Not carried over: an open relay must be asked for.")),
        new("loose_relay_check", To("access.looseRelayCheck", SendmailValues.Flag)),
        new("accept_unqualified_senders", To("access.acceptUnqualifiedSenders", SendmailValues.Flag)),
        new("accept_unresolvable_domains", To("access.acceptUnresolvableDomains", SendmailValues.Flag)),
        new("blocklist_recipients", To("access.blocklistRecipients", SendmailValues.Flag)),
        new("blacklist_recipients", To("access.blocklistRecipients", SendmailValues.Flag)),
        new("delay_checks", Own("access.delayChecks", AccessImport.DelayChecks, "`on`, `friend` or `hater`."),
            TakesArguments: true),
        new("require_rdns", To("access.requireRdns", SendmailValues.Flag)),
        new("use_client_ptr", No("Checks see the confirmed name of the client alone.")),
        new("dnsbl", Own("access.dnsbl", BlocklistImport.Import, "In the source's order."), NeedsRule: true),
        new("enhdnsbl", Own("access.dnsbl", BlocklistImport.Import, "With its answers."), NeedsRule: true),
        new("rhsbl", No("Lists of sender domains are not asked.")),
        new("greet_pause", Own("access.greetPause", AccessImport.GreetPause, "Milliseconds there."), NeedsRule: true),
        new("ratecontrol", Own(
            "access.limitsTerminate", AccessImport.Limits, "`ClientRate:` in `access` counts always, at connect."),
            TakesArguments: true),
        new("conncontrol", Own(
            "access.limitsTerminate", AccessImport.Limits, "`ClientConn:` in `access` counts always, at connect."),
            TakesArguments: true),
        new("lookupdotdomain", To("tables.lookupDotDomain", SendmailValues.Flag)),
        new("block_bad_helo", No("Names in HELO are not judged.")),
        new("badmx", No("Senders' MX records are not judged.")),
        new("mtamark", No("MTAMARK records are not asked for.")),
        new("drac", No("There is no POP before SMTP; use AUTH on a submission server.")),
        new("check_other", No("Commands are bounded by `server.badCommandsMax`.")),
        new("check_cert_altnames", Always("`CN` in `access` means all names in a certificate.")),
        new("tls_failures", No("Failed handshakes stand in the log; `delivery.tls.level` says what follows.")),
        new("tls_session_features",
            No("Versions and cipher suites are the same for all; levels of single hosts: `delivery.tls.policies`.")),
        new("sts", No("MTA-STS is not asked; name such hosts in `delivery.tls.policies`.")),
        new("compat_check", No("Pairs of sender and recipient are not looked up.")),
        new("no_default_msa", Own("listeners[].endpoint", ListenerImport.NoDefaultMsa, "No listener on port 587.")),
        new("nullclient", Own("smartHost", RouteImport.NullClient, "All mail to one host.")),
        new("stickyhost", To("routes.stickyHost", SendmailValues.Flag)),
        new("notsticky", Always("The default.")),
        new("preserve_luser_host", To("routes.preserveLuserHost", SendmailValues.Flag)),
        new("preserve_local_plus_detail", Always("`+detail` is kept where tables do not say otherwise.")),
        new("masquerade_entire_domain", To("masquerade.entireDomain", SendmailValues.Flag)),
        new("masquerade_envelope", To("masquerade.envelope", SendmailValues.Flag)),
        new("limited_masquerade", To("masquerade.limited", SendmailValues.Flag)),
        new("allmasquerade", To("masquerade.all", SendmailValues.Flag)),
        new("local_no_masquerade", No("There is no local delivery that would see the difference.")),
        new("generics_entire_domain", To("masquerade.genericsEntireDomain", SendmailValues.Flag)),
        new("virtuser_entire_domain", To("tables.virtUserEntireDomain", SendmailValues.Flag)),
        new("always_add_domain", Always("Unqualified recipients have our name added where mail leaves the machine.")),
        new("nocanonify", Always("Addresses are not rewritten to canonical names.")),
        new("domainmap", No("Use `mailertable` and `virtusertable`.")),
        new("bestmx_is_local", No("Write the domains into `local-host-names`.")),
        new("authinfo", Own("tables.authInfo tables.directory", TableImport.Table, "The table `authinfo`.")),
        new("queuegroup", No("There is one queue; each next hop has its own line in it.")),
        new("redirect", No("Addresses that end in `.REDIRECT` have no meaning here; use `error:` in virtusertable.")),
        new("bcc", Always("Header fields are not added.")),
        new("prefixmod", No("Addresses are not changed on listeners.")),
        new("nouucp", Always(NoUucp)),
        new("nopercenthack", Always("`user%site@us` is not relayed for clients that may not relay.")),
        new("uucpdomain", No(NoUucp)),
        new("bitdomain", No("There is no BITNET.")),
        new("vnet", No("There is no Berkeley network.")),
        new("local_lmtp", Own(
            "routes.localDelivery", AccessImport.LocalLmtp, "Name the mailbox server's LMTP socket or address.")),
        new("local_procmail", No(NoMailboxes)),
        new("smrsh", Always(NoMailboxes)),
        new("msp", No("`sendmail` submits through `submission.socket`; submit.cf says nothing more.")),
        new("ldap_routing", No(NoLdap)),
    ];

    private static readonly Dictionary<string, SendmailFeature> ByName =
        All.ToDictionary(static f => f.Name, StringComparer.OrdinalIgnoreCase);

    public static SendmailFeature? Find(string name) => ByName.GetValueOrDefault(name);
}
