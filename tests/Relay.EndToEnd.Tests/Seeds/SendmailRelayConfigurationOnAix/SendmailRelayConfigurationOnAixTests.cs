using System.Diagnostics;
using System.Text.RegularExpressions;
using Relay.Testing;

namespace Relay.EndToEnd.Tests.Seeds.SendmailRelayConfigurationOnAix;

/// <summary>
/// "Sendmail relay configuration on AIX", of which there are two copies, one without its code: its sendmail.mc through
/// <c>relay import</c>, its access and mailertable as printed. The gateway domains are not in local-host-names, as the
/// text says in its second place.
/// </summary>
public sealed class SendmailRelayConfigurationOnAixTests : IAsyncDisposable
{
    private const string HostName = "mail1.koo.fi";

    private const string Macros = """
        divert(0)dnl
        OSTYPE(aixsample)dnl
        FEATURE(`mailertable',`dbm /etc/mail/mailertable')dnl
        FEATURE(virtusertable)dnl
        FEATURE(domaintable)dnl
        FEATURE(no_default_msa)
        FEATURE(relay_hosts_only)dnl
        FEATURE(access_db)
        FEATURE(`greet_pause',5000)dnl
        DOMAIN(generic)dnl
        define(`confSMTP_LOGIN_MSG', `$j Sendmail $b')
        define(`confPRIVACY_FLAGS',`authwarnings,novrfy,noexpn,noverb')dnl
        define(`confBAD_RCPT_THROTTLE', `1')dnl
        define(`confCONNECTION_RATE_THROTTLE', `100')dnl
        MAILER(local)dnl
        MAILER(smtp)dnl
        MAILER(uucp)
        DAEMON_OPTIONS(`Port=smtp, Name=MTA')dnl

        """;

    private const string Mailertable = """
        targetdomain1.com          smtp:targethost1.example.com
        targetdomain2.com          smtp:targethost2.test.net
        targetdomain3.com          smtp:[127.168.0.1]

        """;

    private const string Access = """
        To:targetdomain1.com  RELAY
        To:targetdomain2.com  RELAY
        To:targetdomain3.com  RELAY
        127.168.0.    RELAY
        127.168.1.1   RELAY
        127.168.1.2   RELAY

        """;

    private const string Stranger = "127.0.0.2";

    private readonly SeedWorld _world = new();

    [Fact]
    public async Task Each_domain_goes_to_the_host_that_mailertable_names_not_to_its_MX_with_its_recipient_unchanged()
    {
        ScriptedMailExchanger first = _world.Host("127.0.0.11");
        ScriptedMailExchanger second = _world.Host("127.0.0.12");
        ScriptedMailExchanger third = _world.Host("127.168.0.1");
        ScriptedMailExchanger byMx = _world.Host("127.0.0.13");
        _world.Names.Add(
            "targethost1.example.com A 127.0.0.11",
            "targethost2.test.net A 127.0.0.12",
            "targetdomain1.com MX 10 mail1.koo.fi",
            "targetdomain2.com MX 10 mail2.koo.fi",
            "mail1.koo.fi A 127.0.0.13",
            "mail2.koo.fi A 127.0.0.13");
        await ServeAsync();

        await _world.SendAsync(
            Stranger, "info@targetdomain1.com", "info@targetdomain2.com", "info@targetdomain3.com");
        Assert.Equal("info@targetdomain1.com", Only(await _world.MailAtAsync(first)));
        Assert.Equal("info@targetdomain2.com", Only(await _world.MailAtAsync(second)));
        Assert.Equal("info@targetdomain3.com", Only(await _world.MailAtAsync(third)));
        await _world.DrainAsync();
        Assert.Empty(byMx.Mails);
    }

    [Fact]
    public async Task A_stranger_is_relayed_to_no_other_domain()
    {
        _world.Names.AddClient("127.0.0.3", "named.stranger.example");
        await ServeAsync();
        Assert.Equal(
            "550 5.7.1 <a@elsewhere.example>... Relaying denied",
            await _world.AskAsync("127.0.0.3", "a@elsewhere.example"));
        Assert.Equal(
            "550 5.7.1 <a@elsewhere.example>... Relaying denied. IP name lookup failed [127.0.0.2]",
            await _world.AskAsync(Stranger, "a@elsewhere.example"));
        Assert.Equal(
            "550 5.7.1 <a%elsewhere.example@targetdomain1.com>... Relaying denied",
            await _world.AskAsync("127.0.0.3", "a%elsewhere.example@targetdomain1.com"));
    }

    [Fact]
    public async Task C24_With_relay_hosts_only_permission_for_a_domain_does_not_reach_below_it()
    {
        await ServeAsync();
        Assert.Equal(
            "550 5.7.1 <a@sub.targetdomain1.com>... Relaying denied. IP name lookup failed [127.0.0.2]",
            await _world.AskAsync(Stranger, "a@sub.targetdomain1.com"));
        Assert.Equal(
            "250 2.1.5 <a@targetdomain1.com>... Recipient ok", await _world.AskAsync(Stranger, "a@targetdomain1.com"));
    }

    [Fact]
    public async Task C1_A_domain_that_is_in_local_host_names_too_is_local_and_check_warns_of_its_mailertable_entry()
    {
        _world.Table("local-host-names", "targetdomain1.com\ntargetdomain2.com\ntargetdomain3.com\n");
        await ServeAsync();
        Assert.Equal(
            "550 5.1.1 <a@targetdomain1.com>... User unknown", await _world.AskAsync(Stranger, "a@targetdomain1.com"));
        string check = await _world.CheckAsync();
        foreach (int line in (int[])[1, 2, 3])
        {
            Assert.Matches($"mailertable:{line}: warning: .*unreachable|mailertable:{line}: .*local", check);
        }
    }

    [Theory]
    [InlineData("127.168.0.9", true)]
    [InlineData("127.168.1.1", true)]
    [InlineData("127.168.1.2", true)]
    [InlineData("127.168.1.3", false)]
    [InlineData("127.168.1.20", false)]
    [InlineData("127.168.10.1", false)]
    public async Task C3_The_internal_network_and_the_two_hosts_may_relay_outward_and_their_neighbours_may_not(
        string client, bool mayRelay)
    {
        ScriptedMailExchanger outside = _world.Host("127.0.0.14");
        _world.Names.Add("elsewhere.example MX 10 mx.elsewhere.example", "mx.elsewhere.example A 127.0.0.14");
        await ServeAsync();
        if (!mayRelay)
        {
            Assert.Equal(
                $"550 5.7.1 <a@elsewhere.example>... Relaying denied. IP name lookup failed [{client}]",
                await _world.AskAsync(client, "a@elsewhere.example"));
            return;
        }

        await _world.SendAsync(client, "a@elsewhere.example");
        Assert.Equal("a@elsewhere.example", Only(await _world.MailAtAsync(outside)));
    }

    [Fact]
    public async Task C3_The_dot_at_the_end_of_an_address_prefix_is_noted_with_its_line()
    {
        _world.Table("access", Access);
        Assert.Contains("access:4: ", await _world.CheckAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task C15_A_client_that_talks_within_the_greet_pause_of_5000_is_refused_and_not_closed()
    {
        await ServeAsync(greetPause: 80_000); // nobody waits for its end
        await using SeedClient hasty = await _world.ConnectAsync(Stranger, hello: null, tooEarly: "EHLO hasty.example");
        Assert.Equal($"554 {HostName} ESMTP not accepting messages", hasty.Greeting);
        await hasty.SayAsync("NOOP"); // from here on each reply is that to the line before
        await hasty.SayAsync("MAIL FROM:<someone@sender.example>");
        Assert.Equal("550 5.0.0 Command rejected", await hasty.SayAsync("RCPT TO:<a@targetdomain1.com>"));
        Assert.Equal("550 5.0.0 Command rejected", await hasty.SayAsync("QUIT"));
    }

    [Fact]
    public async Task A_client_that_is_silent_is_greeted_behind_the_greet_pause()
    {
        await ServeAsync(greetPause: 400);
        long start = Stopwatch.GetTimestamp();
        await using SeedClient patient = await _world.ConnectAsync(Stranger, hello: null);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 390, 90_000);
        Assert.StartsWith("220 ", patient.Greeting, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_greeting_is_the_name_Sendmail_and_the_date_without_a_version()
    {
        await ServeAsync();
        await using SeedClient client = await _world.ConnectAsync(Stranger);
        Assert.Matches(
            new Regex(@"^220 mail1\.koo\.fi ESMTP Sendmail \w{3}, \d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}"
                + @"( \(\w+\))?$"),
            client.Greeting);
    }

    [Fact]
    public async Task Privacy_flags_deny_VRFY_EXPN_and_VERB_and_do_not_offer_them()
    {
        await ServeAsync();
        await using SeedClient client = await _world.ConnectAsync(Stranger, hello: null);
        string offer = await client.SayAsync("EHLO client.example");
        Assert.DoesNotContain("EXPN", offer, StringComparison.Ordinal);
        Assert.DoesNotContain("VERB", offer, StringComparison.Ordinal);
        Assert.Equal(
            "252 2.5.2 Cannot VRFY user; try RCPT to attempt delivery (or try finger)",
            await client.SayAsync("VRFY root"));
        Assert.Equal("502 5.7.0 Sorry, we do not allow this operation", await client.SayAsync("EXPN root"));
        Assert.Equal("502 5.7.0 Verbose unavailable", await client.SayAsync("VERB"));
    }

    [Fact]
    public async Task C22_MAIL_without_HELO_is_refused_unless_Sendmails_way_is_asked_for_which_marks_the_message()
    {
        await using (var strict = new SeedWorld())
        {
            await ServeAsync(strict);
            await using SeedClient client = await strict.ConnectAsync(Stranger, hello: null);
            Assert.StartsWith(
                "503 5.", await client.SayAsync("MAIL FROM:<someone@sender.example>"), StringComparison.Ordinal);
        }

        ScriptedMailExchanger third = _world.Host("127.168.0.1");
        await ServeAsync(_world, options: "server.requireHello=false");
        await using SeedClient silent = await _world.ConnectAsync(Stranger, hello: null);
        await silent.SendAsync("someone@sender.example", ["a@targetdomain3.com"]);
        Assert.Contains(
            "X-Authentication-Warning: mail1.koo.fi: ",
            SeedWorld.TextOf(await _world.MailAtAsync(third)),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task C13_Behind_one_bad_recipient_each_RCPT_waits_a_second_and_good_ones_are_delivered_nevertheless()
    {
        ScriptedMailExchanger third = _world.Host("127.168.0.1");
        await ServeAsync();
        await using SeedClient client = await _world.ConnectAsync(Stranger);
        await client.AddressAsync("someone@sender.example", "guess1@elsewhere.example");
        long start = Stopwatch.GetTimestamp();
        Assert.StartsWith("550", await client.SayAsync("RCPT TO:<guess2@elsewhere.example>"), StringComparison.Ordinal);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0.99, 90);
        start = Stopwatch.GetTimestamp();
        Assert.StartsWith("250", await client.SayAsync("RCPT TO:<a@targetdomain3.com>"), StringComparison.Ordinal);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0.99, 90);
        await client.SendContentAsync();
        Assert.Equal("a@targetdomain3.com", Only(await _world.MailAtAsync(third)));
    }

    [Fact]
    public async Task C19_With_two_equal_MX_one_takes_the_domains_mail_while_the_other_is_down()
    {
        ScriptedMailExchanger first = _world.Host("127.0.0.61");
        _world.Names.Add(
            "twin.example MX 10 mail1.twin.example",
            "twin.example MX 10 mail2.twin.example",
            "mail1.twin.example A 127.0.0.61",
            "mail2.twin.example A 127.0.0.62");
        await ServeAsync();
        for (int i = 0; i < 8; i++)
        {
            await _world.SendAsync("127.0.0.1", $"down{i}@twin.example");
        }

        Assert.Equal(8, (await _world.RecipientsAtAsync(first, 8)).Length);
        ScriptedMailExchanger second = _world.Host("127.0.0.62");
        await first.DisposeAsync();
        for (int i = 0; i < 8; i++)
        {
            await _world.SendAsync("127.0.0.1", $"up{i}@twin.example");
        }

        Assert.Equal(8, (await _world.RecipientsAtAsync(second, 8)).Length);
    }

    [Fact]
    public async Task C14_Of_250_connections_at_once_100_a_second_are_greeted_and_none_is_refused()
    {
        await ServeAsync();
        long start = Stopwatch.GetTimestamp();
        SeedClient[] clients = await Task.WhenAll(Enumerable.Range(0, 250).Select(
            i => _world.ConnectAsync($"127.5.{i / 100}.{1 + (i % 100)}", hello: null)));
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        foreach (SeedClient client in clients)
        {
            Assert.StartsWith("220 ", client.Greeting, StringComparison.Ordinal);
            await client.DisposeAsync();
        }

        Assert.InRange(elapsed.TotalSeconds, 1, 90); // three clock seconds have one whole one between them
    }

    [Fact]
    public async Task C16_Without_the_three_removed_lines_senders_must_be_qualified_and_their_domain_must_exist()
    {
        await ServeAsync();
        await using SeedClient client = await _world.ConnectAsync(Stranger);
        Assert.Equal(
            "553 5.5.4 <joe>... Domain name required for sender address joe", await client.SayAsync("MAIL FROM:<joe>"));
        Assert.Equal(
            "553 5.1.8 <joe@nowhere.example>... Domain of sender address joe@nowhere.example does not exist",
            await client.SayAsync("MAIL FROM:<joe@nowhere.example>"));
    }

    [Fact]
    public async Task C16_The_samples_promiscuous_relay_is_not_carried_over_and_its_other_two_lines_are()
    {
        await using var open = new SeedWorld();
        open.Table("access", Access);
        const string Removed = """
            FEATURE(accept_unresolvable_domains)dnl
            FEATURE(accept_unqualified_senders)dnl
            FEATURE(promiscuous_relay)dnl

            """;
        string report = await open.ServeImportedAsync(
            "sendmail.mc",
            Macros.Replace("FEATURE(access_db)", $"{Removed}FEATURE(access_db)", StringComparison.Ordinal)
                .Replace("5000", "0", StringComparison.Ordinal),
            HostName);
        Assert.Contains("FEATURE(promiscuous_relay)", report, StringComparison.Ordinal);
        Assert.StartsWith(
            "550 5.7.1 ", await open.AskAsync(Stranger, "a@elsewhere.example", "joe@nowhere.example"),
            StringComparison.Ordinal);
        Assert.StartsWith(
            "550 5.7.1 ", await open.AskAsync(Stranger, "a@elsewhere.example", "joe"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task C25_The_import_names_uucp_as_left_out_and_an_address_with_a_bang_is_not_relayed()
    {
        string report = await ServeAsync();
        Assert.Contains("line 17: MAILER(uucp)", report, StringComparison.Ordinal);
        Assert.StartsWith(
            "550 5.7.1 ",
            await _world.AskAsync(Stranger, "elsewhere.example!a@targetdomain1.com"),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2.1.168.192", "mail2.koo.fi")]
    [InlineData("1.1.168.192", "mail2.koo.fi")]
    public async Task C21_A_server_whose_address_has_no_name_or_another_in_the_reverse_zone_is_warned_at_the_start(
        string reversed, string name)
    {
        _world.Names.Add("mail1.koo.fi A 192.168.1.1", $"{reversed}.in-addr.arpa PTR {name}");
        await ServeAsync();
        string line = await _world.Program.WaitForLineAsync("warning: 192.168.1.1, an address of hostname");
        Assert.Contains(
            reversed == "1.1.168.192" ? "has the name mail2.koo.fi" : "has the name of nobody", line,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tables_take_effect_without_make_and_kill_HUP_which_still_works()
    {
        await ServeAsync();
        Assert.StartsWith("550", await _world.AskAsync(Stranger, "a@targetdomain4.com"), StringComparison.Ordinal);
        _world.Table("access", Access + "To:targetdomain4.com RELAY\n");
        await _world.Program.SignalAsync("HUP");
        await _world.Program.WaitForLineAsync("text=\"reloaded");
        Assert.StartsWith("250", await _world.AskAsync(Stranger, "a@targetdomain4.com"), StringComparison.Ordinal);
        _world.Table("access", Access + "To:targetdomain5.com RELAY\n");
        await Poll.UntilAsync(
            async () => (await _world.AskAsync(Stranger, "a@targetdomain5.com")).StartsWith('2'),
            TimeSpan.FromSeconds(90),
            () => "the changed access table is not taken up");
        Assert.StartsWith("550", await _world.AskAsync(Stranger, "a@targetdomain4.com"), StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    private static string Only(ReceivedMail mail) => SeedWorld.AddressOf(Assert.Single(mail.Recipients));

    private Task<string> ServeAsync(int greetPause = 0) => ServeAsync(_world, greetPause);

    /// <summary>The pause alone is another number, so that the tests do not wait.</summary>
    private static Task<string> ServeAsync(SeedWorld world, int greetPause = 0, params string[] options)
    {
        world.Table("mailertable", Mailertable);
        world.Table("access", Access);
        world.Table("domaintable", string.Empty);
        world.Table("virtusertable", string.Empty);
        if (!File.Exists(Path.Combine(world.Mail, "local-host-names")))
        {
            world.Table("local-host-names", string.Empty);
        }

        string macros = Macros.Replace("5000", $"{greetPause}", StringComparison.Ordinal);
        return world.ServeImportedAsync("sendmail.mc", macros, HostName, options);
    }
}
