using System.Globalization;
using System.Text.RegularExpressions;
using Relay.Host.Commands;
using Relay.Host.Import;

namespace Relay.Host.Tests.Import;

/// <summary>
/// A Sendmail configuration becomes a relay.json that does the same, and nothing is left out in silence.
/// </summary>
public sealed partial class SendmailImporterTests
{
    [Fact]
    public void The_sendmail_mc_of_the_aix_article_imports_with_every_line_accounted_for()
    {
        using var fixture = new ImportFixture();
        string target = fixture.PathOf("relay.json");
        Assert.Equal(
            ExitCode.Ok,
            fixture.Run(ImportCommand.Create(), ImportFixture.Asset("aix-relay.mc"), "--output", target));

        string json = File.ReadAllText(target);
        string[] source = File.ReadAllLines(ImportFixture.Asset("aix-relay.mc"));
        Assert.Equal(18, source.Length);
        IEnumerable<int> mentioned = LineNumber().Matches(json)
            .Select(static m => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture));
        Assert.Equal(Enumerable.Range(1, source.Length), mentioned.Distinct().Order());
        Assert.Contains("line 17: MAILER(uucp): there is no UUCP", fixture.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, fixture.Check(target));
        Assert.Equal(string.Empty, fixture.Error);
    }

    [Fact]
    public void The_sendmail_mc_of_the_aix_article_sets_what_it_says()
    {
        Dictionary<string, string> values =
            ImportFixture.Values(File.ReadAllText(ImportFixture.Asset("aix-relay.mc")));
        Assert.Equal("/etc/mail", values["tables.directory"]);
        Assert.Equal("true", values["tables.relayHostsOnly"]);
        Assert.Equal("0.0.0.0:25", values["listeners[0].endpoint"]);
        Assert.Equal("MTA", values["listeners[0].name"]);
        Assert.Equal("100", values["listeners[0].connectionsPerSecond"]);
        Assert.DoesNotContain("listeners[1].endpoint", values.Keys);
        Assert.Equal("$j Sendmail $b", values["server.greeting"]);
        Assert.Equal("authwarnings,novrfy,noexpn,noverb", values["server.privacy"]);
        Assert.Equal("1", values["server.badRecipientThrottle"]);
        ImportFixture.NeedsRules();
        Assert.Equal("5s", values["access.greetPause"]);
        Assert.Equal("[\"root\"]", values["masquerade.exposedUsers"]);
        Assert.Equal(string.Empty, values["tables.genericstable"]);
        foreach (string table in new[] { "access", "mailertable", "virtusertable", "domaintable", "localHostNames" })
        {
            Assert.DoesNotContain($"tables.{table}", values.Keys); // read from the directory, by their own names
        }
    }

    [Fact]
    public void A_sendmail_cf_is_told_from_a_sendmail_mc_and_imports()
    {
        using var fixture = new ImportFixture();
        string target = fixture.PathOf("relay.json");
        Assert.Equal(
            ExitCode.Ok, fixture.Run(ImportCommand.Create(), ImportFixture.Asset("gateway.cf"), "-o", target));
        string[] refused = [.. fixture.Error.Split('\n').Skip(1).Select(static l => l.Trim().Split(':')[0])];

        Dictionary<string, string> values = ImportFixture.Values(File.ReadAllText(ImportFixture.Asset("gateway.cf")));
        Assert.Equal("ux-mail1.arkum.ch", values["hostname"]);
        Assert.Equal("smtp:[smtp.example.com]", values["smartHost"]);
        Assert.Equal("/etc/mail", values["tables.directory"]);
        Assert.Equal("5d", values["retry.lifetime"]);
        Assert.Equal("30m", values["server.timeouts.command"]);
        Assert.Equal("10m", values["delivery.timeouts.greeting"]);
        Assert.Equal("26214400", values["messageSizeLimit"]);
        Assert.Equal("30", values["server.receivedFieldsMax"]);
        Assert.Equal("192.0.2.25:25", values["listeners[0].endpoint"]);
        Assert.Equal("0.0.0.0:587", values["listeners[1].endpoint"]);
        Assert.Equal("MSA", values["listeners[1].name"]);
        Assert.Equal("100", values["listeners[1].connectionsPerSecond"]);
        Assert.All([0, 1], i => Assert.Equal("queue", values[$"listeners[{i}].deliveryMode"]));
        Assert.Equal(ExitCode.Ok, fixture.Check(target));
        ImportFixture.NeedsRules();
        Assert.Equal("[\"arkum.ch\", \"ux-mail1.arkum.ch\"]", values["tables.localNames"]);
        Assert.Equal("[\"trusted.example\"]", values["tables.relayNames"]);
        Assert.Equal("5s", values["access.greetPause"]);
        Assert.Equal(string.Empty, values["tables.virtusertable"]);
        Assert.Equal(
            ["line 5", "line 20", "line 21", "line 32", "line 37", "line 46", "line 52"],
            refused.Where(static l => l.Length > 0));
    }

    [Fact]
    public void Every_statement_of_every_kind_is_reported_once_or_more()
    {
        foreach (string name in new[] { "gateway.cf", "aix-relay.mc" })
        {
            string text = File.ReadAllText(ImportFixture.Asset(name));
            ImportReport report = SendmailImporter.Import(text);
            IReadOnlyList<Statement> statements = SendmailImporter.IsMacroFile(text)
                ? MacroReader.Read(text, SendmailMacros.Names)
                : CfReader.Read(text);
            Assert.All(
                statements, s => Assert.Contains(report.Lines, l => l.Statement.Line == s.Line && l.Text.Length > 0));
        }
    }

    [Theory]
    [InlineData("define(`confTO_QUEUERETURN', `5')", "retry.lifetime", "5d")]
    [InlineData("define(`confTO_QUEUERETURN', `1w2d')", "retry.lifetime", "9d")]
    [InlineData("define(`confTO_COMMAND', `10')", "server.timeouts.command", "10m")]
    [InlineData("define(`confTO_DATABLOCK', `1h30m')", "delivery.timeouts.dataBlock", "90m")]
    [InlineData("define(`confTO_DATABLOCK', `1h30m')", "server.timeouts.content", "90m")]
    [InlineData("define(`confMIN_QUEUE_AGE', `30m')", "retry.minimum", "30m")]
    [InlineData("define(`confMAX_QUEUE_AGE', `4h')", "retry.maximum", "4h")]
    [InlineData("define(`confMCI_CACHE_TIMEOUT', `90')", "delivery.connectionIdleTimeout", "90s")]
    [InlineData("define(`confMAX_MESSAGE_SIZE', `10485760')", "messageSizeLimit", "10485760")]
    [InlineData("define(`confMAX_RCPTS_PER_MESSAGE', `500')", "server.recipientsMax", "500")]
    [InlineData("define(`confMAX_DAEMON_CHILDREN', `40')", "server.connectionsMax", "40")]
    [InlineData("define(`confSINGLE_THREAD_DELIVERY', `True')", "delivery.connectionsPerDestinationMax", "1")]
    [InlineData("define(`confDOMAIN_NAME', `mail.example.org')", "hostname", "mail.example.org")]
    [InlineData("define(`confHELO_NAME', `mail.example.org')", "hostname", "mail.example.org")]
    [InlineData("define(`SMART_HOST', `[192.0.2.1]')", "smartHost", "smtp:[192.0.2.1]")]
    [InlineData("define(`SMART_HOST', `relay:[hub.example]')", "smartHost", "smtp:[hub.example]")]
    [InlineData("define(`SMART_HOST', `[hub.example]')\ndefine(`RELAY_MAILER_ARGS', `TCP $h 587')",
        "smartHost", "smtp:[hub.example]:587")]
    [InlineData("define(`RELAY_MAILER_ARGS', `TCP $h 587')\ndefine(`SMART_HOST', `[hub.example]')",
        "smartHost", "smtp:[hub.example]:587")]
    [InlineData("FEATURE(`nullclient', `[hub.example]')", "smartHost", "smtp:[hub.example]")]
    [InlineData("FEATURE(`access_db', `hash -T<TMPF> -o /srv/mail/access.db')", "tables.directory", "/srv/mail")]
    [InlineData("FEATURE(`mailertable')", "tables.directory", "/etc/mail")]
    [InlineData("define(`confCR_FILE', `-o /srv/mail/relay-domains')", "tables.directory", "/srv/mail")]
    [InlineData("define(`ALIAS_FILE', `/srv/mail/aliases')", "tables.directory", "/srv/mail")]
    [InlineData("MAILER(smtp)", "tables.directory", "/etc/mail")]
    [InlineData("DAEMON_OPTIONS(`Port=2525, Name=X, Addr=127.0.0.1')", "listeners[0].endpoint", "127.0.0.1:2525")]
    [InlineData("DAEMON_OPTIONS(`Port=smtp, Family=inet6, A=::1')", "listeners[0].endpoint", "[::1]:25")]
    [InlineData("DAEMON_OPTIONS(`Family=inet6, N=six')", "listeners[0].endpoint", "[::]:25")]
    [InlineData("DAEMON_OPTIONS(`Family=local, Addr=/run/relay/in')", "listeners[0].endpoint", "unix:/run/relay/in")]
    [InlineData("MAILER(smtp)", "listeners[0].endpoint", "*:25")]
    [InlineData("MAILER(smtp)", "listeners[1].endpoint", "*:587")]
    [InlineData("DAEMON_OPTIONS(`Port=smtp, M=Ea, children=20')", "listeners[0].modifiers", "Ea")]
    [InlineData("DAEMON_OPTIONS(`Port=smtp, M=Ea, children=20')", "listeners[0].connectionsMax", "20")]
    [InlineData("MAILER(smtp)", "listeners[1].modifiers", "E")]
    [InlineData("define(`confSERVER_CERT', `/c.pem')\ndefine(`confSERVER_KEY', `/k.pem')",
        "tls.certificates", "[\"/c.pem | /k.pem\"]")]
    [InlineData("define(`confSERVER_KEY', `/k1,/k2')\ndefine(`confSERVER_CERT', `/c1,/c2')",
        "tls.certificates", "[\"/c1 | /k1\", \"/c2 | /k2\"]")]
    [InlineData("define(`confSERVER_CERT', `/c.pem')\ndefine(`confSERVER_KEY', `/k.pem')",
        "tls.askForCertificates", "true")]
    [InlineData("define(`confTLS_SRV_OPTIONS', `V')\ndefine(`confSERVER_CERT', `/c')\ndefine(`confSERVER_KEY', `/k')",
        "tls.askForCertificates", "false")]
    [InlineData("define(`confSERVER_CERT', `/c.pem')", "tls.certificates", null)]
    [InlineData("define(`confCLIENT_CERT', `/c.pem')\ndefine(`confCLIENT_KEY', `/k.pem')",
        "delivery.tls.certificate", "/c.pem | /k.pem")]
    [InlineData("define(`confCACERT', `/ca.pem')", "tls.authorities", "/ca.pem")]
    [InlineData("define(`confCACERT', `/ca.pem')", "delivery.tls.authorities", "/ca.pem")]
    [InlineData("define(`confTO_STARTTLS', `2m')", "delivery.timeouts.startTls", "2m")]
    [InlineData("define(`confDONT_BLAME_SENDMAIL', `GroupReadableKeyFile')", "tls.groupReadableKeys", "true")]
    [InlineData("DAEMON_OPTIONS(`Port=smtps, M=s')", "listeners[0].endpoint", "0.0.0.0:465")]
    [InlineData("DAEMON_OPTIONS(`Port=smtps, M=s')", "listeners[0].modifiers", "s")]
    [InlineData("DAEMON_OPTIONS(`Port=smtp, M=Ebah')", "listeners[0].modifiers", "Ebah")]
    [InlineData("DAEMON_OPTIONS(`Port=smtp, Listen=500')", "listeners[0].backlog", "500")]
    [InlineData("DAEMON_OPTIONS(`Port=smtp, L=500')", "listeners[0].backlog", "500")]
    [InlineData("DAEMON_OPTIONS(`Port=smtp, SendBufferSize=65536')", "listeners[0].sendBufferSize", "65536")]
    [InlineData("DAEMON_OPTIONS(`Port=smtp, ReceiveBufferSize=65536')", "listeners[0].receiveBufferSize", "65536")]
    [InlineData("DAEMON_OPTIONS(`Port=smtp, R=65536')", "listeners[0].receiveBufferSize", "65536")]
    [InlineData("DAEMON_OPTIONS(`Port=smtp, refuseLA=20')", "listeners[0].refuseLoad", "20")]
    [InlineData("DAEMON_OPTIONS(`Port=smtp, r=20')", "listeners[0].refuseLoad", "20")]
    [InlineData("DAEMON_OPTIONS(`Port=smtp, delayLA=10')", "listeners[0].delayLoad", "10")]
    [InlineData("DAEMON_OPTIONS(`Port=smtp, d=10')", "listeners[0].delayLoad", "10")]
    [InlineData("DAEMON_OPTIONS(`Port=smtp, DeliveryMode=b, Name=X')", "listeners[0].name", "X")]
    [InlineData("DAEMON_OPTIONS(`Port=smtp, DeliveryMode=b')", "listeners[0].deliveryMode", "background")]
    [InlineData("DAEMON_OPTIONS(`Port=smtp, DeliveryMode=q, queueLA=8')", "listeners[0].deliveryMode", "queue")]
    [InlineData("DAEMON_OPTIONS(`Port=smtp, D=d')", "listeners[0].deliveryMode", "deferred")]
    [InlineData("DAEMON_OPTIONS(`Port=smtp, DeliveryMode=q, queueLA=8')", "listeners[0].queueLoad", "8")]
    [InlineData("DAEMON_OPTIONS(`Port=smtp, q=8')", "listeners[0].queueLoad", "8")]
    [InlineData("define(`confDELIVERY_MODE', `queue')", "listeners[0].deliveryMode", "queue")]
    [InlineData("define(`confDELIVERY_MODE', `d')", "listeners[1].deliveryMode", "deferred")]
    [InlineData("define(`confDELIVERY_MODE', `background')", "listeners[0].deliveryMode", null)]
    [InlineData(
        "define(`confDELIVERY_MODE', `q')\nDAEMON_OPTIONS(`D=b')\nDAEMON_OPTIONS(`Port=587')",
        "listeners[0].deliveryMode",
        "background")]
    [InlineData(
        "define(`confDELIVERY_MODE', `q')\nDAEMON_OPTIONS(`D=b')\nDAEMON_OPTIONS(`Port=587')",
        "listeners[1].deliveryMode",
        "queue")]
    [InlineData(
        "define(`confDELIVERY_MODE', `q')\ndefine(`confDELIVERY_MODE', `b')", "listeners[0].deliveryMode", null)]
    [InlineData("LOCAL_CONFIG\nO MaxMessageSize=100000", "messageSizeLimit", "100000")]
    [InlineData("define(`confMAX_HOP', `17')\ndefine(`confMAX_HOP', `18')", "server.receivedFieldsMax", "18")]
    public void A_setting_becomes_ours(string source, string key, string? value) =>
        Assert.Equal(value, ImportFixture.Values($"divert(0)\n{source}").GetValueOrDefault(key));

    [Theory]
    [InlineData("FEATURE(`mailertable', `hash /etc/mail/routes')", "tables.mailertable", "routes")]
    [InlineData("FEATURE(`mailertable')\nFEATURE(`access_db', `hash /srv/access')", "tables.access", "/srv/access")]
    [InlineData("FEATURE(`mailertable')", "tables.access", "")]
    [InlineData("define(`confCW_FILE', `-o /etc/mail/names')\nFEATURE(`use_cw_file')", "tables.localHostNames", "names")]
    [InlineData("FEATURE(`use_cw_file')\ndefine(`confCW_FILE', `/etc/mail/names')", "tables.localHostNames", "names")]
    [InlineData("FEATURE(`access_db', `hash /srv/mail/access')", "tables.relayDomains", "/etc/mail/relay-domains")]
    [InlineData("FEATURE(`access_db', `', `relaytofulladdress')", "access.relayToFullAddress", "true")]
    [InlineData("FEATURE(`access_db', , `lookupdotdomain')", "tables.lookupDotDomain", "true")]
    [InlineData("LOCAL_DOMAIN(`a.example b.example')\nLOCAL_DOMAIN(`c.example')",
        "tables.localNames", "[\"a.example\", \"b.example\", \"c.example\"]")]
    [InlineData("RELAY_DOMAIN(`192.0.2 a.example')", "tables.relayNames", "[\"192.0.2\", \"a.example\"]")]
    [InlineData("VIRTUSER_DOMAIN(`v.example')", "tables.virtUserDomains", "[\"v.example\"]")]
    [InlineData("GENERICS_DOMAIN(`g.example')", "masquerade.genericsDomains", "[\"g.example\"]")]
    [InlineData("MASQUERADE_AS(`m.example')", "masquerade.as", "m.example")]
    [InlineData("MASQUERADE_DOMAIN(`m.example')", "masquerade.domains", "[\"m.example\"]")]
    [InlineData("MASQUERADE_EXCEPTION(`m.example')", "masquerade.exceptions", "[\"m.example\"]")]
    [InlineData("EXPOSED_USER(`root')", "masquerade.exposedUsers", "[\"root\"]")]
    [InlineData("LOCAL_USER(`root')", "routes.localUsers", "[\"root\"]")]
    [InlineData("LOCAL_CONFIG\nDMm.example", "masquerade.as", "m.example")]
    [InlineData("LOCAL_CONFIG\nC{VirtHost}v.example", "tables.virtUserDomains", "[\"v.example\"]")]
    [InlineData("FEATURE(`masquerade_envelope')", "masquerade.envelope", "true")]
    [InlineData("FEATURE(`allmasquerade')", "masquerade.all", "true")]
    [InlineData("FEATURE(`limited_masquerade')", "masquerade.limited", "true")]
    [InlineData("FEATURE(`virtuser_entire_domain')", "tables.virtUserEntireDomain", "true")]
    [InlineData("FEATURE(`relay_mail_from')", "access.relayMailFrom", "address")]
    [InlineData("FEATURE(`relay_mail_from', `domain')", "access.relayMailFrom", "domain")]
    [InlineData("FEATURE(`delay_checks')", "access.delayChecks", "on")]
    [InlineData("FEATURE(`delay_checks', `friend', `n')", "access.delayChecks", "friend")]
    [InlineData("FEATURE(`greet_pause', `1500')", "access.greetPause", "1500ms")]
    [InlineData("FEATURE(`greet_pause', `900000')", "access.greetPause", "5m")]
    [InlineData("FEATURE(`require_rdns')", "access.requireRdns", "true")]
    [InlineData("FEATURE(`blacklist_recipients')", "access.blocklistRecipients", "true")]
    [InlineData("FEATURE(`conncontrol', `nodelay', `terminate')", "access.limitsTerminate", "true")]
    [InlineData("FEATURE(`dnsbl', `bl.example')", "access.dnsbl", "[\"bl.example\"]")]
    [InlineData("FEATURE(`dnsbl', `a.example', `', `t')\n"
        + "FEATURE(`enhdnsbl', `b.example', `discard', `', `127.0.0.2.', `127.0.0.3')",
        "access.dnsbl", "[\"a.example |  | t\", \"b.example | discard |  | 127.0.0.2 127.0.0.3\"]")]
    [InlineData("FEATURE(`dnsbl', `bl.spamcop.net', `\"450 Mail from \" $`'&{client_addr} \" refused - see http://x\"')",
        "access.dnsbl", "[\"bl.spamcop.net | 450 Mail from $&{client_addr} refused - see http://x\"]")]
    [InlineData("define(`MAIL_HUB', `paragon.arkum.ch')", "routes.mailHub", "smtp:paragon.arkum.ch")]
    [InlineData("define(`MAIL_HUB', `paragon.arkum.ch')", "routes.hubRewritesDomain", "true")]
    [InlineData("define(`MAIL_HUB', `h.example')\nFEATURE(`stickyhost')", "routes.hubRewritesDomain", null)]
    [InlineData("define(`LOCAL_RELAY', `relay:[h.example]')", "routes.localRelay", "smtp:[h.example]")]
    [InlineData("define(`LUSER_RELAY', `local:trash')", "routes.luserRelay", "local:trash")]
    [InlineData("define(`confFALLBACK_SMARTHOST', `h.example')", "routes.fallbackSmartHost", "smtp:h.example")]
    [InlineData("define(`SMART_HOST', `h.example')\ndefine(`RELAY_MAILER_ARGS', `TCP $h 587')",
        "smartHost", "smtp:h.example:587")]
    [InlineData("define(`confREJECT_MSG', `\"550 Go away\"')", "access.rejectMessage", "550 Go away")]
    [InlineData("define(`confRELAY_MSG', `550 No relaying')", "access.relayMessage", "550 No relaying")]
    [InlineData("define(`confDONT_BLAME_SENDMAIL', `GroupWritableDirPathSafe')",
        "tables.dontBlameSendmail", "[\"GroupWritableDirPath\"]")]
    public void A_rule_becomes_ours(string source, string key, string? value)
    {
        ImportFixture.NeedsRules();
        Assert.Equal(value, ImportFixture.Values($"divert(0)\n{source}").GetValueOrDefault(key));
    }

    [Theory]
    [InlineData("define(`confMAX_MESSAGE_SIZE', `0')", "0 is no limit")]
    [InlineData("define(`confMAX_MESSAGE_SIZE', `many')", "is not a number")]
    [InlineData("define(`confMAX_MESSAGE_SIZE', `5')", "is not valid for messageSizeLimit")]
    [InlineData("define(`confTO_COMMAND', `soon')", "is not a time")]
    [InlineData("define(`confEIGHT_BIT_HANDLING', `m')", "\"m\" cannot be had")]
    [InlineData("define(`confSAFE_QUEUE', `False')", "\"False\" cannot be had")]
    [InlineData("define(`confNOBODY_KNOWS', `1')", "confNOBODY_KNOWS is not known")]
    [InlineData("FEATURE(`nobody_knows')", "nobody_knows is not known")]
    [InlineData("NOBODY_KNOWS(`x')", "NOBODY_KNOWS is not known")]
    [InlineData("MAILER(uucp)", "no UUCP")]
    [InlineData("MAILER(procmail)", "runs no programs")]
    [InlineData("MAILER(own)", "the mailer own is not known")]
    [InlineData("DOMAIN(example.org)", "domain/example.org.m4 is not read")]
    [InlineData("include(`/etc/mail/more.m4')", "The file is not read")]
    [InlineData("define(`UNUSED_NAME', `1')", "UNUSED_NAME is not known")]
    [InlineData("ifdef(`X', `FEATURE(`nouucp')')", "m4 would have to compute it")]
    [InlineData("LOCAL_DOMAIN(`a.example $w.example')", "$w.example: macros and classes are not put in")]
    [InlineData("VIRTUSER_DOMAIN_FILE(`/etc/mail/virt')", "belong into `tables.virtUserDomains`")]
    [InlineData("FEATURE(`promiscuous_relay')", "an open relay is not carried over")]
    [InlineData("FEATURE(`dnsbl')", "no zone is named")]
    [InlineData("FEATURE(`access_db', `', `unheard')", "unheard is no argument of access_db")]
    [InlineData("define(`ALIAS_FILE', `/etc/mail/aliases,more')", "\"more\" names no file")]
    [InlineData("FEATURE(`mailertable', `ldap:')", "names no file")]
    [InlineData("DAEMON_OPTIONS(`Port=nosuch')", "neither a number nor a service")]
    [InlineData("DAEMON_OPTIONS(`Addr=mail.example.org')", "is a name")]
    [InlineData("DAEMON_OPTIONS(`InputMailFilters=x')", "not known or not available")]
    [InlineData("DAEMON_OPTIONS(`M=z')", "M=z is not available")]
    [InlineData("DAEMON_OPTIONS(`queueLA=high')", "\"high\" is not valid for listeners[0].queueLoad")]
    [InlineData("DAEMON_OPTIONS(`DeliveryMode=i')", "DeliveryMode=i: the reply does not wait for the delivery")]
    [InlineData("define(`confDELIVERY_MODE', `interactive')", "the reply does not wait for the delivery")]
    [InlineData("DAEMON_OPTIONS(`Listen=many')", "\"many\" is not valid for listeners[0].backlog")]
    [InlineData("define(`RELAY_MAILER_ARGS', `TCP $h 587')", "needs one smart host")]
    [InlineData("define(`confPRIVACY_FLAGS', `novrfy, secret')", "secret is no privacy flag")]
    [InlineData("LOCAL_RULESETS\nSMine\nR$*\t$@ x", "1 rule of one's own")]
    public void What_cannot_be_carried_over_is_told_with_its_reason(string source, string reason) =>
        Assert.Contains(
            ImportFixture.Refused($"divert(0)\n{source}"), r => r.Contains(reason, StringComparison.Ordinal));

    [Theory]
    [InlineData("FEATURE(`delay_checks', `never')", "is not valid for access.delayChecks")]
    [InlineData("FEATURE(`dnsbl', `not a zone')", "is not valid for access.dnsbl")]
    public void A_rule_that_is_not_valid_is_told_with_its_reason(string source, string reason)
    {
        ImportFixture.NeedsRules();
        Assert.Contains(
            ImportFixture.Refused($"divert(0)\n{source}"), r => r.Contains(reason, StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_that_is_neither_is_refused_and_one_that_is_missing_too()
    {
        using var fixture = new ImportFixture();
        File.WriteAllText(fixture.PathOf("letter"), "Dear Sir,\n\nzzz\n");
        Assert.Equal(ExitCode.DataError, fixture.Run(ImportCommand.Create(), fixture.PathOf("letter")));
        Assert.Contains("is neither a sendmail.mc nor a sendmail.cf", fixture.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.NoInput, fixture.Run(ImportCommand.Create(), fixture.PathOf("missing")));
    }

    [Fact]
    public void The_configuration_of_the_submission_program_is_not_taken_for_a_servers()
    {
        using var fixture = new ImportFixture();
        File.WriteAllText(fixture.PathOf("submit.mc"), "OSTYPE(`linux')\nFEATURE(`msp', `[127.0.0.1]')\n");
        Assert.Equal(ExitCode.DataError, fixture.Run(ImportCommand.Create(), fixture.PathOf("submit.mc")));
        Assert.Contains("submission program", fixture.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Sendmails_own_macros_and_names_of_the_file_are_nothing_to_report()
    {
        const string source = "include(`/usr/share/sendmail/cf/m4/cf.m4')\ndefine(`_USE_ETC_MAIL_')\n"
            + "define(`HUB', `[hub.example]')\ndefine(`SMART_HOST', HUB)\n";
        Assert.Empty(ImportFixture.Refused(source));
        Assert.Equal("smtp:[hub.example]", ImportFixture.Values(source)["smartHost"]);
    }

    [Fact]
    public void Arguments_that_a_sendmail_cf_does_not_tell_are_not_lost_in_silence()
    {
        ImportFixture.NeedsRules();
        Assert.Equal(
            ["1: a sendmail.cf does not tell what it was told: compare with the sendmail.mc"],
            ImportFixture.Refused(
                "#####  $Id: delay_checks.m4,v 8.9 2013-11-22 20:51:11 ca Exp $  #####\n"
                + "C{VirtHost}v\nCR$={VirtHost}\n"));
    }

    [Fact]
    public void A_file_that_exists_is_never_overwritten()
    {
        using var fixture = new ImportFixture();
        File.WriteAllText(fixture.PathOf("relay.json"), "{}");
        Assert.Equal(
            ExitCode.InputOutput,
            fixture.Run(
                ImportCommand.Create(), ImportFixture.Asset("aix-relay.mc"), "-o", fixture.PathOf("relay.json")));
        Assert.Equal("{}", File.ReadAllText(fixture.PathOf("relay.json")));
    }

    [Fact]
    public void Text_of_the_source_cannot_end_a_comment_or_a_string()
    {
        using var fixture = new ImportFixture();
        const string source = "divert(0)\ndefine(`confDOMAIN_NAME', `a\"b\n, \"queue\": {}\n// x')\n"
            + "define(`confNO_SUCH', `*/ \" \\ \u2028')\ndefine(`confSMTP_LOGIN_MSG', `$j \"quoted\" \\ $b')\n";
        string json = RelayFileWriter.Write("x", SendmailImporter.Import(source));
        fixture.Load(json);
    }

    [GeneratedRegex(@"// line (\d+):", RegexOptions.CultureInvariant)]
    private static partial Regex LineNumber();
}
