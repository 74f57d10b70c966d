using Relay.Testing;

namespace Relay.EndToEnd.Tests.Seeds.SettingUpASendmailServer;

/// <summary>
/// "Setting up a Sendmail Server". Its domains were lost in the copy; here they are my-site.example (the server's own),
/// another-site.example and elsewhere.example. The mailbox host takes what the text says local users get.
/// </summary>
public sealed class SettingUpASendmailServerTests : IAsyncDisposable
{
    private const string HostName = "sriram.my-site.example";
    private const string Stranger = "127.0.0.2";

    private const string LocalHostNames = "my-site.example\nanother-site.example\n";

    private const string Virtusertable = """
        webmaster@my-site.example       webmasters
        @my-site.example                marc
        sales@another-site.example      sales@elsewhere.example
        paul@another-site.example       paul
        finance@another-site.example    paul
        @another-site.example           error:nouser User unknown

        """;

    private const string Aliases = """
        # Basic system aliases -- these MUST be present.
        mailer-daemon: postmaster
        postmaster: root

        # General redirections for pseudo accounts.
        bin: root
        daemon: root
        abuse: root

        # trap decode to catch security attacks
        decode: root

        # Person who should get root's mail
        root: marc,webmaster@elsewhere.example

        # Directors of my SOHO company
        directors: peter,paul,mary

        # My mailing list file
        admin-list: ":include:/etc/mail/admin-list"

        """;

    private readonly SeedWorld _world = new();

    public SettingUpASendmailServerTests() => _world.Names.Add(
        "elsewhere.example MX 10 mx.elsewhere.example", "mx.elsewhere.example A 127.0.0.51");

    [Theory]
    [InlineData("DAEMON_OPTIONS(`Port=smtp,Addr=127.0.0.1, Name=MTA')", "127.0.0.1:25")]
    [InlineData("DAEMON_OPTIONS(`Port=smtp, Name=MTA')", "0.0.0.0:25")]
    public async Task The_listener_is_on_loopback_alone_with_Addr_and_on_all_interfaces_without(
        string line, string endpoint)
    {
        await _world.ImportAsync("sendmail.mc", $"OSTYPE(linux)dnl\n{line}\nMAILER(smtp)dnl\n");
        Assert.Contains(
            $"\"endpoint\": \"{endpoint}\"",
            await File.ReadAllTextAsync(_world.ConfigurationPath),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mail_client_sends_all_its_mail_to_the_mail_server_that_SMART_HOST_names()
    {
        ScriptedMailExchanger server = _world.Host("127.0.0.52");
        ScriptedMailExchanger direct = _world.Host("127.0.0.51");
        _world.Names.Add("mail.my-site.example A 127.0.0.52");
        await _world.ServeImportedAsync(
            "sendmail.mc",
            "FEATURE(`no_default_msa')\ndefine(`SMART_HOST',`mail.my-site.example')\n"
                + "DAEMON_OPTIONS(`Port=smtp, Name=MTA')\nMAILER(smtp)\n",
            "pc1.my-site.example");
        await _world.SendAsync("127.0.0.1", "a@elsewhere.example");
        Assert.Equal(["a@elsewhere.example"], await _world.RecipientsAtAsync(server, 1));
        Assert.Empty(direct.Mails);
    }

    [Fact]
    public async Task A_domain_in_relay_domains_is_relayed_from_and_to_with_what_is_below_it()
    {
        _world.Names.AddClient("127.0.0.53", "pc7.trusted.example");
        _world.Names.AddClient(Stranger, "pc7.distrusted.example");
        _world.Table("relay-domains", "trusted.example\n");
        await _world.ServeAsync(HostName);
        Assert.StartsWith("250", await _world.AskAsync("127.0.0.53", "a@elsewhere.example"), StringComparison.Ordinal);
        Assert.StartsWith("250", await _world.AskAsync(Stranger, "a@trusted.example"), StringComparison.Ordinal);
        Assert.StartsWith("250", await _world.AskAsync(Stranger, "a@www.trusted.example"), StringComparison.Ordinal);
        Assert.Equal(
            "550 5.7.1 <a@elsewhere.example>... Relaying denied",
            await _world.AskAsync(Stranger, "a@elsewhere.example"));
    }

    [Fact]
    public async Task C5_The_sample_access_file_relays_for_the_network_and_the_machine_and_for_nobody_else()
    {
        _world.Table("access", "localhost.localdomain RELAY\n127.168.2 RELAY RELAY\n");
        _world.Names.AddClient("127.0.0.54", "localhost.localdomain");
        await _world.ServeAsync(HostName);
        foreach (string client in (string[])["127.168.2.1", "127.168.2.200", "127.0.0.54", "127.0.0.1"])
        {
            Assert.Equal(
                "250 2.1.5 <a@elsewhere.example>... Recipient ok",
                await _world.AskAsync(client, "a@elsewhere.example"));
        }

        foreach (string client in (string[])["127.168.3.1", "127.168.20.1", Stranger])
        {
            Assert.Equal(
                $"550 5.7.1 <a@elsewhere.example>... Relaying denied. IP name lookup failed [{client}]",
                await _world.AskAsync(client, "a@elsewhere.example"));
        }

        Assert.Contains("access:2: ", await _world.CheckAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task C2_A_key_without_a_tag_is_source_and_destination_at_once()
    {
        _world.Table("access", "both.example RELAY\nbad.example REJECT\n");
        _world.Names.Add("bad.example A 127.0.0.55");
        _world.Names.AddClient("127.0.0.56", "pc.both.example");
        _world.Names.AddClient("127.0.0.57", "pc.bad.example");
        await _world.ServeAsync(HostName);
        Assert.StartsWith("250", await _world.AskAsync(Stranger, "a@both.example"), StringComparison.Ordinal);
        Assert.StartsWith("250", await _world.AskAsync("127.0.0.56", "a@elsewhere.example"), StringComparison.Ordinal);
        await using SeedClient byName = await _world.ConnectAsync("127.0.0.57");
        Assert.Equal("550 5.7.1 Access denied", await byName.SayAsync("MAIL FROM:<someone@sender.example>"));
        await using SeedClient bySender = await _world.ConnectAsync(Stranger);
        Assert.Equal(
            "550 5.7.1 <a@bad.example>... Access denied", await bySender.SayAsync("MAIL FROM:<a@bad.example>"));
    }

    [Fact]
    public async Task C5_OK_is_the_word_and_ACCEPT_is_an_error_that_names_its_line()
    {
        _world.Table("access", "friend.example OK\n");
        await _world.CheckAsync();
        _world.Table("access", "friend.example OK\nother.example ACCEPT\n");
        Assert.Contains("access:2: error: ", await _world.CheckAsync(exitCode: 78), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Virtual_users_go_to_the_local_user_the_list_or_the_remote_address_of_their_line()
    {
        ScriptedMailExchanger mailboxes = _world.Host("127.0.0.58");
        ScriptedMailExchanger remote = _world.Host("127.0.0.51");
        await ServeAsync(Aliases + "webmasters: peter\n");
        await _world.SendAsync(
            Stranger,
            "webmaster@my-site.example",
            "anyone@my-site.example",
            "sales@another-site.example",
            "paul@another-site.example");
        Assert.Equal(["marc", "paul", "peter"], await LocalPartsAtAsync(mailboxes, 3));
        Assert.Equal(["sales@elsewhere.example"], await _world.RecipientsAtAsync(remote, 1));
    }

    [Fact]
    public async Task Two_virtual_users_may_be_one_local_user_and_get_one_copy_each_message()
    {
        ScriptedMailExchanger mailboxes = _world.Host("127.0.0.58");
        await ServeAsync(Aliases);
        await _world.SendAsync(Stranger, "finance@another-site.example", "paul@another-site.example");
        await _world.SendAsync(Stranger, "finance@another-site.example");
        Assert.Equal(["paul", "paul"], await LocalPartsAtAsync(mailboxes, 2));
        await _world.DrainAsync();
        Assert.Equal(2, (await LocalPartsAtAsync(mailboxes, 2)).Length);
    }

    [Fact]
    public async Task All_other_users_of_the_site_are_refused_as_unknown_at_RCPT()
    {
        await ServeAsync(Aliases);
        Assert.Equal(
            "553 5.3.0 <nobody@another-site.example>... User unknown",
            await _world.AskAsync(Stranger, "nobody@another-site.example"));
    }

    [Theory]
    [InlineData("bin")]
    [InlineData("daemon")]
    [InlineData("abuse")]
    [InlineData("decode")]
    [InlineData("mailer-daemon")]
    [InlineData("postmaster")]
    [InlineData("root")]
    public async Task System_names_end_at_roots_list_through_all_their_aliases(string name)
    {
        ScriptedMailExchanger mailboxes = _world.Host("127.0.0.58");
        ScriptedMailExchanger remote = _world.Host("127.0.0.51");
        await ServeAsync(Aliases);
        await _world.SendAsync(Stranger, $"{name}@{HostName}");
        Assert.Equal(["marc"], await LocalPartsAtAsync(mailboxes, 1));
        Assert.Equal(["webmaster@elsewhere.example"], await _world.RecipientsAtAsync(remote, 1));
    }

    [Theory]
    [InlineData("directors: peter,paul,mary\n")]
    [InlineData("directors: peter, paul, mary\n")]
    [InlineData("directors: peter,\n   paul,\n\tmary\n")]
    public async Task C9_A_list_reaches_each_member_once_with_or_without_blanks(string directors)
    {
        ScriptedMailExchanger mailboxes = _world.Host("127.0.0.58");
        await ServeAsync(Aliases.Replace("directors: peter,paul,mary\n", directors, StringComparison.Ordinal));
        await _world.SendAsync(Stranger, $"directors@{HostName}", $"mary@{HostName}");
        Assert.Equal(["mary", "paul", "peter"], await LocalPartsAtAsync(mailboxes, 3));
        await _world.DrainAsync();
        Assert.Equal(3, (await LocalPartsAtAsync(mailboxes, 3)).Length);
    }

    [Fact]
    public async Task A_mailing_list_file_can_be_edited_and_counts_within_a_second_without_newaliases()
    {
        ScriptedMailExchanger mailboxes = _world.Host("127.0.0.58");
        _world.Table("admin-list", "peter\n");
        await ServeAsync(Aliases);
        await _world.SendAsync(Stranger, $"admin-list@{HostName}");
        Assert.Equal(["peter"], await LocalPartsAtAsync(mailboxes, 1));
        _world.Table("admin-list", "# the new one\nmary\n");
        int sent = 1;
        await Poll.UntilAsync(
            async () =>
            {
                await _world.SendAsync(Stranger, $"admin-list@{HostName}");
                return (await LocalPartsAtAsync(mailboxes, ++sent)).Contains("mary");
            },
            TimeSpan.FromSeconds(90),
            () => "the changed list is not taken up");
    }

    [Fact]
    public async Task C8_Behind_virtusertable_aliases_is_asked_for_the_full_address_and_then_for_the_name()
    {
        ScriptedMailExchanger mailboxes = _world.Host("127.0.0.58");
        await ServeAsync("info@my-site.example: mary\ninfo: paul\n", virtusertable: string.Empty);
        await _world.SendAsync(Stranger, "info@my-site.example", "info@another-site.example");
        Assert.Equal(["mary", "paul"], await LocalPartsAtAsync(mailboxes, 2));
    }

    [Fact]
    public async Task A_message_without_To_passes_and_no_field_is_added()
    {
        ScriptedMailExchanger mailboxes = _world.Host("127.0.0.58");
        await ServeAsync(Aliases);
        await using SeedClient client = await _world.ConnectAsync(Stranger);
        await client.SendAsync("someone@sender.example", [$"mary@{HostName}"], "Subject: no To\r\n\r\nx");
        string text = SeedWorld.TextOf(await _world.MailAtAsync(mailboxes));
        Assert.Contains("\r\nSubject: no To\r\n\r\nx\r\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\r\nTo:", text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task C20_Listed_clients_are_greeted_and_their_mail_refused_with_the_lists_text_and_others_pass()
    {
        _world.Names.Add(
            "2.0.0.127.whois.rfc-ignorant.example A 127.0.0.2",
            "2.0.0.127.bl.spamcop.example A 127.0.0.2",
            "9.9.9.127.whois.rfc-ignorant.example A 127.0.0.7",
            "8.9.9.127.bl.spamcop.example A 127.0.0.2");
        await _world.ServeAsync(
            HostName,
            "access.dnsbl=whois.rfc-ignorant.example | 550 Mail from $&{client_addr} refused. Rejected for bad WHOIS "
                + "info on IP of your SMTP server - see\n"
                + "bl.spamcop.example | 450 Mail from $&{client_addr} refused - see");
        await using SeedClient bad = await _world.ConnectAsync("127.9.9.9");
        Assert.StartsWith("220 ", bad.Greeting, StringComparison.Ordinal);
        Assert.Equal(
            "550 5.7.1 Mail from 127.9.9.9 refused. Rejected for bad WHOIS info on IP of your SMTP server - see",
            await bad.SayAsync("MAIL FROM:<someone@sender.example>"));
        await using SeedClient spamcop = await _world.ConnectAsync("127.9.9.8");
        Assert.Equal(
            "450 4.7.1 Mail from 127.9.9.8 refused - see",
            await spamcop.SayAsync("MAIL FROM:<someone@sender.example>"));
        await using SeedClient good = await _world.ConnectAsync("127.9.9.7");
        Assert.StartsWith(
            "250", await good.SayAsync("MAIL FROM:<someone@sender.example>"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task C20_The_lines_of_the_article_import_with_their_texts_once_the_lists_have_names()
    {
        string[] zones = ["whois.list.example", "proxy.list.example", "relay.list.example", "spam.list.example"];
        for (int i = 0; i < zones.Length; i++)
        {
            _world.Names.Add($"2.0.0.127.{zones[i]} A 127.0.0.2", $"{i + 1}.9.9.127.{zones[i]} A 127.0.0.2");
        }

        await _world.ServeImportedAsync("sendmail.mc", Blocklists(zones), HostName);
        string[] replies =
        [
            "550 5.7.1 Mail from 127.9.9.1 refused. Rejected for bad WHOIS info on IP of your SMTP server - see",
            "550 5.7.1 ACCESS DENIED to OPEN PROXY SERVER [127.9.9.2] by DNSBL (",
            "550 5.7.1 Email rejected due to sending server misconfiguration - see\\#why_rejected",
            "450 4.7.1 Mail from 127.9.9.4 refused - see",
        ];
        for (int i = 0; i < replies.Length; i++)
        {
            await using SeedClient client = await _world.ConnectAsync($"127.9.9.{i + 1}");
            Assert.Equal(replies[i], await client.SayAsync("MAIL FROM:<someone@sender.example>"));
        }
    }

    [Fact]
    public async Task C20_The_lines_of_the_article_as_they_survived_name_no_list_and_the_import_says_so_of_each()
    {
        string report = await _world.ImportAsync("sendmail.mc", Blocklists(["", "", "", ""]));
        foreach (int line in (int[])[1, 2, 3, 4])
        {
            Assert.Matches($"line {line}: FEATURE\\(`dnsbl', `',.*: no zone is named", report);
        }

        Assert.DoesNotContain(
            "\"dnsbl\"", await File.ReadAllTextAsync(_world.ConfigurationPath), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2.0.0.127", "1.0.0.127")] // lists everyone
    [InlineData("9.9.9.127", "8.9.9.127")] // does not know the entry that all lists have
    public async Task C20_A_dead_list_fails_its_test_is_reported_and_refuses_nobody(string first, string second)
    {
        _world.Names.Add(
            $"{first}.relays.ordb.example A 127.0.0.2",
            $"{second}.relays.ordb.example A 127.0.0.2",
            "5.9.9.127.relays.ordb.example A 127.0.0.2");
        await _world.ServeAsync(HostName, "access.dnsbl=relays.ordb.example | 550 Email rejected");
        await _world.Program.WaitForLineAsync("relays.ordb.example is not asked any more");
        await using SeedClient client = await _world.ConnectAsync("127.9.9.5");
        Assert.StartsWith(
            "250", await client.SayAsync("MAIL FROM:<someone@sender.example>"), StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    /// <summary>The article's lines about lists, whose names and addresses were lost in the copy.</summary>
    private static string Blocklists(string[] zones)
    {
        string[] texts =
        [
            "`\"550 Mail from \" $&{client_addr} \" refused. Rejected for bad WHOIS info on IP of your SMTP server - "
                + "see\"'",
            " `\"550 5.7.1 ACCESS DENIED to OPEN PROXY SERVER \"$&{client_name}\" by DNSBL (\"', `'",
            " `\"550 Email rejected due to sending server misconfiguration - see\\#why_rejected\"'",
            " `\"450 Mail from \" $`'&{client_addr} \" refused - see\"'",
        ];
        IEnumerable<string> lines = zones.Zip(texts, static (zone, text) => $"FEATURE(`dnsbl', `{zone}',{text})dnl\n");
        return string.Concat(lines)
            + "FEATURE(`no_default_msa')dnl\nDAEMON_OPTIONS(`Port=smtp, Name=MTA')dnl\nMAILER(smtp)dnl\n";
    }

    private async Task<string[]> LocalPartsAtAsync(ScriptedMailExchanger mailboxes, int count) =>
        [.. (await _world.RecipientsAtAsync(mailboxes, count)).Select(static r => r.Split('@')[0])];

    private Task ServeAsync(string aliases, string virtusertable = Virtusertable)
    {
        _world.Table("local-host-names", LocalHostNames);
        _world.Table("virtusertable", virtusertable);
        _world.Table("aliases", aliases.Replace("/etc/mail", _world.Mail, StringComparison.Ordinal));
        return _world.ServeAsync(HostName, "routes.localDelivery=lmtp:[127.0.0.58]:" + _world.MailPort);
    }
}
