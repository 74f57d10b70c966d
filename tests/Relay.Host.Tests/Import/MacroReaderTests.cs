using Relay.Host.Import;

namespace Relay.Host.Tests.Import;

/// <summary>A sendmail.mc is read as m4 reads it, as far as such files use m4.</summary>
public sealed class MacroReaderTests
{
    [Theory]
    [InlineData("FEATURE(`greet_pause',5000)dnl", "Feature 1 greet_pause [5000]")]
    [InlineData("FEATURE(relay_hosts_only)", "Feature 1 relay_hosts_only []")]
    [InlineData("FEATURE(`access_db', `hash -o /etc/mail/access', `skip')",
        "Feature 1 access_db [hash -o /etc/mail/access|skip]")]
    [InlineData("define(`confTO_COMMAND', `10m')dnl", "Define 1 confTO_COMMAND [10m]")]
    [InlineData("undefine(`confTO_COMMAND')", "Define 1 confTO_COMMAND []")]
    [InlineData("define(`confPRIVACY_FLAGS',`novrfy,noexpn')", "Define 1 confPRIVACY_FLAGS [novrfy,noexpn]")]
    [InlineData("define(confX, (a,b))", "Define 1 confX [(a,b)]")]
    [InlineData("MAILER(smtp)", "Call 1 MAILER [smtp]")]
    [InlineData("dnl MAILER(smtp)\nMAILER(local)", "Call 2 MAILER [local]")]
    [InlineData("FEATURE(`dnsbl',\n\t`bl.example',\n  `text')\nMAILER(smtp)",
        "Feature 1 dnsbl [bl.example|text], Call 4 MAILER [smtp]")]
    [InlineData("divert(-1)\nsome text\ndivert(0)dnl\nCwa.example",
        "Call 1 divert [-1], Call 3 divert [0], Class 4 w [a.example]")]
    [InlineData("divert(-1)\ndefine(`confTO_MAIL', `1m')\ndivert(0)",
        "Call 1 divert [-1], Define 2 confTO_MAIL [1m], Call 3 divert [0]")]
    [InlineData("LOCAL_CONFIG\nCwa.example\nDXvalue",
        "Call 1 LOCAL_CONFIG [], Class 2 w [a.example], Macro 3 X [value]")]
    [InlineData("include(`/etc/mail/more.m4')", "Call 1 include [/etc/mail/more.m4]")]
    [InlineData("NO_SUCH_MACRO(`x')", "Call 1 NO_SUCH_MACRO [x]")]
    [InlineData("O Timeout.mail=5m", "Option 1 Timeout.mail [5m]")]
    [InlineData("# FEATURE(`nouucp')", "Feature 1 nouucp []")]
    [InlineData("a `quoted FEATURE(x)' text", "Unknown 1 a []")]
    [InlineData("", "")]
    public void Statements_are_found_with_their_lines_and_arguments(string text, string expected) =>
        Assert.Equal(expected, Describe(text));

    [Fact]
    public void Names_that_were_defined_are_put_in_where_they_are_used()
    {
        const string text = """
            define(`HUB', `mail.example.org')dnl
            define(`SMART_HOST', `smtp:[HUB]')dnl
            define(`confCW_FILE', `-o MAIL_SETTINGS_DIR`'names')dnl
            MASQUERADE_AS(HUB)dnl
            undefine(`HUB')dnl
            MASQUERADE_AS(HUB)dnl
            """;
        Assert.Equal(
            "Housekeeping 1 HUB [mail.example.org], Define 2 SMART_HOST [smtp:[mail.example.org]], "
            + "Define 3 confCW_FILE [-o /etc/mail/names], Call 4 MASQUERADE_AS [mail.example.org], "
            + "Housekeeping 5 HUB [], Call 6 MASQUERADE_AS [HUB]",
            Describe(text));
    }

    [Fact]
    public void A_name_that_is_defined_again_keeps_its_name_in_the_second_definition() =>
        Assert.Equal(
            "Define 1 confLOG_LEVEL [9], Define 2 confLOG_LEVEL [15]",
            Describe("define(`confLOG_LEVEL', `9')\ndefine(`confLOG_LEVEL', `15')"));

    [Fact]
    public void The_odd_quotes_around_sendmails_macros_vanish() =>
        Assert.Equal(
            "Feature 1 dnsbl [bl.example|\"450 Mail from \" $&{client_addr} \" refused\"]",
            Describe("FEATURE(`dnsbl', `bl.example', `\"450 Mail from \" $`'&{client_addr} \" refused\"')"));

    [Fact]
    public void Definitions_that_contain_themselves_end() =>
        Assert.StartsWith(
            "Housekeeping 1 A [", Describe("define(`A', `A A A')\nCw A"), StringComparison.Ordinal);

    [Theory]
    [InlineData("FEATURE(`never ends")]
    [InlineData("FEATURE(")]
    [InlineData("define(`a', `b'")]
    [InlineData("dnl")]
    [InlineData("`")]
    [InlineData("'")]
    [InlineData(")(")]
    [InlineData("S\nR\nO\nD\nC\nF\nK\nH\nM\nD{x\nC{}")]
    public void Broken_text_is_read_to_its_end(string text)
    {
        MacroReader.Read(text, SendmailMacros.Names);
        SendmailImporter.Import(text);
    }

    private static string Describe(string text) => string.Join(
        ", ",
        MacroReader.Read(text, SendmailMacros.Names)
            .Select(static s => $"{s.Kind} {s.Line} {s.Name} [{string.Join('|', s.Arguments)}]"));
}
