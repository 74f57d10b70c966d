using Relay.Dns;
using Relay.Host.Options;
using Relay.Host.Sendmail;
using Relay.Host.Tables;
using Relay.Host.Tests.Tables;

namespace Relay.Host.Tests.Sendmail;

/// <summary>Sendmail: "-bt".</summary>
public sealed class TestModeTests : IDisposable
{
    private const string Banner =
        "ADDRESS TEST MODE (ruleset 3 NOT automatically invoked)\nEnter <ruleset> <address>\n";

    private readonly TableFolder _tables = new();
    private readonly ZoneResolver _dns = new();

    public void Dispose() => _tables.Dispose();

    /// <summary>"Test the MX-Record readed by Sendmail from DNS": /usr/lib/sendmail -bt, /mx …</summary>
    [Fact]
    public async Task Mx_answers_as_the_e_mail_relay_host_article_shows()
    {
        _dns.WithExchanges("arkum.ch", new MxRecord(10, "ux-mail1.arkum.ch"));
        _dns.WithExchanges("plenaxx.ch", new MxRecord(10, "nt-mail1.plenaxx.ch"));
        _dns.WithExchanges("glue.ch", new MxRecord(20, "mx2.glue.ch"), new MxRecord(10, "mx1.glue.ch"));
        string[] seed = TranscriptNormaliser.OfSeed(TranscriptNormaliser.Asset("exchangers.txt")).Split('\n');

        string[] ours = await LinesAsync("/mx arkum.ch", "/mx plenaxx.ch", "/mx glue.ch");

        // The article's page lost the hosts, which stand below each answer.
        Assert.Equal(
            seed.Where(static l => l.StartsWith("getmxrr", StringComparison.Ordinal)),
            ours.Where(static l => l[0] != '\t'));
        Assert.Equal(
            ["\tux-mail1.arkum.ch.", "\tnt-mail1.plenaxx.ch.", "\tmx1.glue.ch.", "\tmx2.glue.ch."],
            ours.Where(static l => l[0] == '\t'));
    }

    /// <summary>"Show Delivery Agent (Mailer)": sendmail -d0.12 -bt &lt; /dev/null.</summary>
    [Fact]
    public void Debug_0_12_shows_the_articles_identity()
    {
        using var output = new StringWriter();
        Identity().Print(output, 12);
        Assert.Equal(
            TranscriptNormaliser.OfMachine(TranscriptNormaliser.Asset("identity.txt")),
            TranscriptNormaliser.OfMachine(output.ToString()));
    }

    /// <summary>"Show Macros": sendmail -d35.9 -bt.</summary>
    [Fact]
    public void Debug_35_9_shows_the_articles_macros_in_its_order()
    {
        using var output = new StringWriter();
        SystemIdentity identity = Identity(
            "routes.localRelay=paragon.arkum.ch", "routes.mailHub=paragon.arkum.ch", "masquerade.as=arkum.ch");
        new MacroTable(identity).PrintDefinitions(output);
        Assert.Equal(
            TranscriptNormaliser.OfMachine(TranscriptNormaliser.Asset("macros.txt")),
            TranscriptNormaliser.OfMachine(output.ToString()));
    }

    [Theory]
    [InlineData(0, "Version ")]
    [InlineData(4, "canonical name: ")]
    [InlineData(10, "    OS Defines: ")]
    [InlineData(15, "mailer 1 (smtp): P=[IPC]")]
    [InlineData(101, "Version ")]
    public void Debug_0_prints_more_with_each_level(int level, string expected)
    {
        using var output = new StringWriter();
        Identity().Print(output, level);
        string text = output.ToString();
        Assert.Contains(expected, text, StringComparison.Ordinal);
        Assert.Equal(level < 101, text.Contains("SYSTEM IDENTITY", StringComparison.Ordinal));
        Assert.Equal(level is >= 10 and < 101, text.Contains("Pid file:", StringComparison.Ordinal));
        Assert.Equal(level == 15, text.Contains("mailer ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Rulesets_3_and_0_show_their_input_and_result()
    {
        _tables.With("mailertable", "d.example relay:[192.0.2.1]\n");
        _dns.WithExchanges("d.example", new MxRecord(10, "mx.d.example"));
        Assert.Equal(
            [
                "canonify           input: user @ d . example",
                "canonify         returns: user < @ d . example . >",
                "parse              input: user < @ d . example . >",
                "parse            returns: $# relay $@ [ 192 . 0 . 2 . 1 ] $: user < @ d . example . >",
            ],
            await LinesAsync("3,0 user@d.example"));
    }

    [Fact]
    public async Task Parse_names_mailer_host_and_user()
    {
        _tables.With("mailertable", "paragon.arkum.ch relay:[192.0.2.1]\n");
        string[] lines = await LinesAsync("/parse Martin Zahn <martin.zahn@paragon.arkum.ch>");
        Assert.Equal("Cracked address = Martin Zahn <$g>", lines[0]);
        Assert.Equal("Parsing envelope recipient address", lines[1]);
        Assert.Equal("mailer relay, host [192.0.2.1], user martin.zahn@paragon.arkum.ch", lines[^1]);
    }

    [Fact]
    public async Task Parse_follows_aliases_and_virtual_users_and_says_who_is_unknown()
    {
        _tables.With("aliases", "list: a@x.example, b@y.example\n").With("mailertable", ". smtp:[192.0.2.1]\n");
        _tables.With("local-host-names", "arkum.ch\n");
        string[] lines = await LinesAsync("/parse list", "/parse nosuch@arkum.ch");
        Assert.Contains("mailer smtp, host [192.0.2.1], user a@x.example", lines);
        Assert.Contains("mailer smtp, host [192.0.2.1], user b@y.example", lines);
        Assert.Contains("User unknown", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Try_rewrites_by_the_flags_of_tryflags()
    {
        string[] settings = ["masquerade.as=arkum.ch", "masquerade.envelope=true"];
        Assert.Equal(
            "Rcode = 0, addr = root@relay.example",
            (await LinesAsync(settings, "/tryflags ER", "/try smtp root@relay.example"))[^1]);
        Assert.Equal(
            "Rcode = 0, addr = a@arkum.ch",
            (await LinesAsync(settings, "/tryflags HS", "/try smtp a@relay.example"))[^1]);
        Assert.Equal(
            "Trying header sender address a@relay.example for mailer smtp",
            (await LinesAsync(settings, "/tryflags HS", "/try smtp a@relay.example"))[0]);
        Assert.Equal(["Unknown mailer uucp"], await LinesAsync("/try uucp a@b.example"));
        Assert.Equal(["Usage: /tryflags [Hh|Ee][Ss|Rr]"], await LinesAsync("/tryflags X"));
    }

    [Fact]
    public async Task Null_mx_and_a_name_without_mx_are_told_apart()
    {
        _dns.WithExchanges("null.example", new MxRecord(0, ".")).WithName("host.example");
        Assert.Equal(
            ["getmxrr(null.example) returns null MX (See RFC7505)"], await LinesAsync("/mx null.example"));
        Assert.Equal(
            ["getmxrr(host.example) returns 1 value(s):", "\thost.example."], await LinesAsync("/mx host.example"));
        Assert.Equal(["getmxrr(no.example) returns -1 value(s):"], await LinesAsync("/mx no.example"));
    }

    [Fact]
    public async Task Canon_follows_aliases()
    {
        _dns.WithAlias("mail.arkum.ch", "ux-mail1.arkum.ch");
        Assert.Equal(
            ["getcanonname(mail.arkum.ch) returns ux-mail1.arkum.ch"], await LinesAsync("/canon mail.arkum.ch"));
        Assert.Equal(["getcanonname(x.example) returns x.example"], await LinesAsync("/canon x.example"));
    }

    [Fact]
    public async Task Map_looks_one_key_up()
    {
        _tables.With("access", "# comment\nTo:d.example\tRELAY\n").With("aliases", "root: marc, paul\n");
        Assert.Equal(
            [
                "map_lookup: access (to:d.example) returns RELAY (0)",
                "map_lookup: access (x) no match (0)",
                "map_lookup: aliases (root) returns marc, paul (0)",
                "Map named \"nosuch\" not found",
            ],
            await LinesAsync("/map access to:d.example", "/map access x", "/map aliases root", "/map nosuch x"));
    }

    [Fact]
    public async Task Classes_and_macros_are_shown_and_can_be_set()
    {
        _tables.With("local-host-names", "# ours\narkum.ch\n");
        string[] lines = await LinesAsync("$=w", ".Cwmore.example", "$=w", "$j", ".D{x}value", "${x}", "$q");
        Assert.Contains("arkum.ch", lines);
        Assert.Contains("localhost", lines);
        Assert.Single(lines, static l => l == "more.example");
        Assert.Equal(["relay.example", "value", "Undefined"], lines[^3..]);
    }

    [Theory]
    [InlineData("=M", "mailer 1 (smtp): P=[IPC]")]
    [InlineData("?", "address test mode")]
    [InlineData("=S3", "canonify: no rules")]
    [InlineData("=S77", "Undefined ruleset 77")]
    [InlineData("-d0.101", "Version ")]
    [InlineData("3", "No address!")]
    [InlineData("77 a@b.example", "Undefined ruleset 77")]
    [InlineData("/nosuch", "Unknown \"/\" command /nosuch")]
    [InlineData("/mx", "Usage: /mx address")]
    [InlineData("/canon", "Usage: /canon address")]
    [InlineData("/map access", "Usage: /map mapname key")]
    [InlineData("/try smtp", "Usage: /try mailer address")]
    [InlineData("/parse", "Usage: /parse address")]
    public async Task Every_other_command_answers(string command, string expected) =>
        Assert.Contains(await LinesAsync(command), l => l.Contains(expected, StringComparison.Ordinal));

    [Fact]
    public async Task What_is_behind_quit_is_not_read()
    {
        Assert.Empty(await LinesAsync("/quit", "/mx a.example"));
        Assert.Empty(await LinesAsync("# a comment", string.Empty));
    }

    [Theory]
    [InlineData("-d60", "map_lookup(mailertable, x.example) => smtp:[192.0.2.1] (0)")]
    [InlineData("-d60", "map_lookup(aliases, list) => a@x.example (0)")]
    [InlineData("-d60", "map_lookup(domaintable, x.example) => NOT FOUND (0)")]
    [InlineData("-d27", "list aliased to a@x.example")]
    [InlineData("-d21.12", "rule mailertable \"x.example\": x.example -> smtp:[192.0.2.1]  (TABLES/mailertable:1)")]
    [InlineData("-d8.7", "dns_lookup(x.example, MX) => Found: 10 mx.x.example")]
    public async Task Debugging_prints_while_it_is_on_what_is_asked_for_an_address_and_with_which_answer(
        string debug, string expected)
    {
        _tables.With("aliases", "list: a@x.example\n").With("mailertable", "x.example smtp:[192.0.2.1]\n");
        _dns.WithExchanges("x.example", new MxRecord(10, "mx.x.example"));
        string[] commands = ["3,0 a@x.example", "0 list"];
        string off = debug.Split('.')[0] + ".0";
        string[] quiet = await LinesAsync(commands);
        string[] lines = await LinesAsync([debug, .. commands, off, .. commands]);

        expected = expected.Replace("TABLES", _tables.Root, StringComparison.Ordinal);
        Assert.Contains(expected, lines);
        Assert.DoesNotContain(expected, quiet);
        Assert.Equal(quiet, lines[^quiet.Length..]); // switched off again
        Assert.True(lines.Length > 2 * quiet.Length, string.Join('\n', lines));
    }

    [Fact]
    public async Task A_debug_argument_that_cannot_be_read_is_named() =>
        Assert.Equal(["Invalid -d argument \"x\"; expected category.level"], await LinesAsync("-d21,x"));

    private SystemIdentity Identity(params string[] settings)
    {
        RelaySettings all = _tables.Settings([.. settings, "hostname=ux-mail1.arkum.ch", "pidFile=/run/sendmail.pid"]);
        return new SystemIdentity(all, RulesOf.Options(all), "/etc/relay/relay.json");
    }

    private Task<string[]> LinesAsync(params string[] commands) => LinesAsync([], commands);

    /// <summary>The lines that the commands print, without banner and prompts.</summary>
    private async Task<string[]> LinesAsync(string[] settings, params string[] commands)
    {
        RelaySettings all = _tables.Settings(settings);
        using var live = LiveRules.Start(
            all, Relay.Logging.NullMailLog.Instance, TimeProvider.System, out _);
        using var output = new StringWriter();
        var identity = new SystemIdentity(all, live.Holder.Current.Options, null);
        var session = new TestModeSession(all, live.Holder.Current, identity, _dns, output, new DebugLevels([]));
        await session.RunAsync(new StringReader(string.Join('\n', commands)));
        string text = output.ToString();
        Assert.StartsWith(Banner, text, StringComparison.Ordinal);
        return [.. text[Banner.Length..].Split('\n').Select(Unprompted).Where(static l => l.Length > 0)];
    }

    private static string Unprompted(string line)
    {
        while (line.StartsWith("> ", StringComparison.Ordinal))
        {
            line = line[2..];
        }

        return line;
    }
}
