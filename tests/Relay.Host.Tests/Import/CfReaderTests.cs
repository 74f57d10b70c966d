using Relay.Host.Import;

namespace Relay.Host.Tests.Import;

/// <summary>The lines of a sendmail.cf.</summary>
public sealed class CfReaderTests
{
    [Theory]
    [InlineData("V10/Berkeley", "Housekeeping 1 V [10/Berkeley]")]
    [InlineData("DSrelay.example", "Macro 1 S [relay.example]")]
    [InlineData("DS", "Macro 1 S []")]
    [InlineData("D{long}v", "Macro 1 long [v]")]
    [InlineData("Cwa.example b.example", "Class 1 w [a.example b.example]")]
    [InlineData("C{VirtHost}v.example", "Class 1 VirtHost [v.example]")]
    [InlineData("Fw/etc/mail/local-host-names", "ClassFile 1 w [/etc/mail/local-host-names]")]
    [InlineData("FR-o /etc/mail/relay-domains", "ClassFile 1 R [-o /etc/mail/relay-domains]")]
    [InlineData("Kaccess hash -T<TMPF> /etc/mail/access", "Map 1 access [hash|-T<TMPF> /etc/mail/access]")]
    [InlineData("O Timeout.mail=5m", "Option 1 Timeout.mail [5m]")]
    [InlineData("O\tTimeout.mail=5m", "Option 1 \t []")]
    [InlineData("O MatchGECOS", "Option 1 MatchGECOS []")]
    [InlineData("OA/etc/aliases", "Option 1 A []")]
    [InlineData("HReceived: from $s\n\tby $j", "Header 1 Received []")]
    [InlineData("H?M?Message-Id: <$t>", "Header 1 Message-Id []")]
    [InlineData("Msmtp,\tP=[IPC]\n\tA=TCP $h", "Mailer 1 smtp []")]
    [InlineData("# a comment\n\nDja", "Macro 3 j [a]")]
    [InlineData("Scanonify=3\nR$@\t$@ <@>\nR$*\t$: $1\nDja",
        "Ruleset 1 canonify [R$@\t$@ <@>|R$*\t$: $1], Macro 4 j [a]")]
    [InlineData("SA\nSB", "Ruleset 1 A [], Ruleset 2 B []")]
    [InlineData("R$@\tx", "Ruleset 1  [R$@\tx]")]
    [InlineData("#####  $Id: access_db.m4,v 8.28 2013-11-22 20:51:11 ca Exp $  #####",
        "Feature 1 access_db []")]
    [InlineData("#####  $Id: proto.m4,v 8.762 2013-11-22 20:51:13 ca Exp $  #####", "")]
    [InlineData("#####  $Id: greet_pause.m4,v 1.5 2013-11-22 20:51:11 ca Exp $  #####", "")]
    [InlineData("~nonsense", "Unknown 1 ~ []")]
    public void Lines_are_what_their_first_letter_says(string text, string expected) =>
        Assert.Equal(expected, Describe(text));

    [Fact]
    public void What_features_were_told_is_found_in_their_rules()
    {
        const string text = """
            SBasic_check_relay
            R$-.$-.$-.$-		$: <?> $(dnsbl $4.$3.$2.$1.bl.example. $: OK $)
            R<?>OK			$: OKSOFAR
            R<?>$+<TMP>		$#error $@ 4.4.3 $: "451 later " $&{client_addr}
            R<?>$+		$#error $@ 5.7.1 $: "450 Mail from " $&{client_addr} " refused"
            R$-.$-.$-.$-		$: <?> $(ednsbl $4.$3.$2.$1.e.example. $: OK $)
            R<?>$+<TMP>		$: TMPOK
            R<?>127.0.0.2	$#error $@ 5.7.1 $: "550 no"
            R<?>127.0.0.3	$#error $@ 5.7.1 $: "550 no"
            R$-.$-.$-.$-		$: <?> $(dnsbl $4.$3.$2.$1.d.example. $: OK $)
            R<?>$+		$#discard $: d.example
            R<?> <$*>		$# 5000
            """;
        string[] features =
        [
            .. CfReader.Read(text).Where(static s => s.Kind == StatementKind.Feature)
                .Select(static s => $"{s.Line} {s.Name} {string.Join('|', s.Arguments)}"),
        ];
        Assert.Equal(
            [
                "2 dnsbl bl.example|\"450 Mail from \" $&{client_addr} \" refused\"|\"451 later \" $&{client_addr}",
                "6 enhdnsbl e.example|\"550 no\"||127.0.0.2|127.0.0.3",
                "10 dnsbl d.example|discard|",
                "12 greet_pause 5000",
            ],
            features);
    }

    private static string Describe(string text) => string.Join(
        ", ",
        CfReader.Read(text).Select(static s => $"{s.Kind} {s.Line} {s.Name} [{string.Join('|', s.Arguments)}]"));
}
