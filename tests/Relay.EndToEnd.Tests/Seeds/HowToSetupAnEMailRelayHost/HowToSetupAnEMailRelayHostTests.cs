using Relay.Testing;

namespace Relay.EndToEnd.Tests.Seeds.HowToSetupAnEMailRelayHost;

/// <summary>
/// "How to setup an E-Mail Relay Host with Sendmail ?": the relay host ux-mail1.arkum.ch between the internet and the
/// mailbox host paragon.arkum.ch in the high security zone.
/// </summary>
public sealed class HowToSetupAnEMailRelayHostTests : IAsyncDisposable
{
    private const string HostName = "ux-mail1.arkum.ch";
    private const string Stranger = "127.0.0.2";
    private const string InsideHost = "127.168.138.5";

    private const string ExampleAccess = """
        spammer@aol.com     REJECT
        cyberspammer.com    REJECT
        127.168.212         REJECT

        """;

    private const string SecondExampleAccess = """
        cyberspammer.com        550 We don't accept mail from spammers
        okay.cyberspammer.com   OK
        sendmail.org            OK
        127.32                  RELAY

        """;

    private const string OwnAccess = """
        localhost     RELAY     RELAY
        arkum.com     RELAY
        arkum.ch      RELAY
        127.168.138   RELAY

        """;

    /// <summary>Macros R, H and M as the article's -d35.9 prints them (C7).</summary>
    private const string Configuration = """
        V10/Berkeley
        Cwlocalhost
        Fw/etc/mail/sendmail.cw
        DRparagon.arkum.ch
        DHparagon.arkum.ch
        DMarkum.ch
        Kaccess hash -T<TMPF> /etc/mail/access
        O DaemonPortOptions=Port=smtp, Name=MTA

        """;

    private readonly SeedWorld _world = new();

    public HowToSetupAnEMailRelayHostTests() => _world.Names.Add(
        "arkum.ch MX 10 ux-mail1.arkum.ch",
        "ux-mail1.arkum.ch A 127.0.0.1",
        "paragon.arkum.ch MX 10 paragon.arkum.ch",
        "paragon.arkum.ch A 127.0.0.31",
        "plenaxx.ch MX 10 nt-mail1.plenaxx.ch",
        "nt-mail1.plenaxx.ch A 127.0.0.32",
        "aol.com A 127.0.0.33",
        "cyberspammer.com A 127.0.0.33",
        "www.cyberspammer.com A 127.0.0.33",
        "okay.cyberspammer.com A 127.0.0.33",
        "mx.okay.cyberspammer.com A 127.0.0.33");

    [Fact]
    public async Task C11_Mail_from_the_internet_to_the_internet_is_refused_as_relaying_denied()
    {
        _world.Names.AddClient(Stranger, "stranger.example");
        await ServeOwnAsync();
        Assert.Equal(
            "550 5.7.1 <martin.zahn@plenaxx.ch>... Relaying denied",
            await _world.AskAsync(Stranger, "martin.zahn@plenaxx.ch"));
    }

    [Fact]
    public async Task C5_Hosts_of_the_security_zone_and_of_the_domain_may_relay_and_mail_goes_out_by_MX()
    {
        ScriptedMailExchanger internet = _world.Host("127.0.0.32");
        _world.Names.AddClient("127.0.0.41", "opal.arkum.ch");
        await ServeOwnAsync();
        await _world.SendAsync(InsideHost, "martin.zahn@plenaxx.ch");
        await _world.SendAsync("127.0.0.41", "second@plenaxx.ch");
        await _world.SendAsync("127.0.0.1", "third@plenaxx.ch");
        Assert.Equal(
            ["martin.zahn@plenaxx.ch", "second@plenaxx.ch", "third@plenaxx.ch"],
            await _world.RecipientsAtAsync(internet, 3));
        Assert.Contains($"1: EHLO {HostName}", internet.Lines);
        Assert.Matches(" SIZE=[0-9]+", internet.Mails[0].Mail);
        Assert.Contains("access:1: ", await _world.CheckAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_whose_name_is_in_the_domain_but_has_another_address_may_not_relay()
    {
        _world.Names.Add("42.0.0.127.in-addr.arpa PTR opal.arkum.ch", "opal.arkum.ch A 127.0.0.41");
        await ServeOwnAsync();
        Assert.Equal(
            "550 5.7.1 <martin.zahn@plenaxx.ch>... Relaying denied. IP name possibly forged [127.0.0.42]",
            await _world.AskAsync("127.0.0.42", "martin.zahn@plenaxx.ch"));
    }

    [Fact]
    public async Task Hosts_listed_in_relay_domains_by_name_or_address_may_relay_and_others_may_not()
    {
        _world.Names.AddClient("127.0.0.43", "rabbit.arkum.ch");
        _world.Names.AddClient("127.0.0.44", "jade.arkum.ch");
        _world.Table("relay-domains", "rabbit.arkum.ch\n127.168.139.7\n");
        await _world.ServeAsync(HostName);
        Assert.StartsWith("250", await _world.AskAsync("127.0.0.43", "a@plenaxx.ch"), StringComparison.Ordinal);
        Assert.StartsWith("250", await _world.AskAsync("127.168.139.7", "a@plenaxx.ch"), StringComparison.Ordinal);
        Assert.Equal(
            "550 5.7.1 <a@plenaxx.ch>... Relaying denied", await _world.AskAsync("127.0.0.44", "a@plenaxx.ch"));
        Assert.StartsWith("550", await _world.AskAsync("127.168.139.70", "a@plenaxx.ch"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task REJECT_refuses_the_sender_the_domain_with_all_below_it_and_the_network()
    {
        _world.Table("access", ExampleAccess);
        _world.Names.AddClient("127.0.0.45", "mx.cyberspammer.com");
        await _world.ServeAsync(HostName);
        await using (SeedClient client = await _world.ConnectAsync("127.0.0.1"))
        {
            Assert.Equal(
                "550 5.7.1 <spammer@aol.com>... Access denied", await client.SayAsync("MAIL FROM:<spammer@aol.com>"));
            Assert.Equal(
                "550 5.7.1 <a@cyberspammer.com>... Access denied",
                await client.SayAsync("MAIL FROM:<a@cyberspammer.com>"));
            Assert.Equal(
                "550 5.7.1 <a@www.cyberspammer.com>... Access denied",
                await client.SayAsync("MAIL FROM:<a@www.cyberspammer.com>"));
            Assert.StartsWith("250", await client.SayAsync("MAIL FROM:<friend@aol.com>"), StringComparison.Ordinal);
        }

        foreach (string address in (string[])["127.168.212.1", "127.168.212.254", "127.0.0.45"])
        {
            await using SeedClient refused = await _world.ConnectAsync(address);
            Assert.StartsWith("220 ", refused.Greeting, StringComparison.Ordinal);
            Assert.Equal("550 5.7.1 Access denied", await refused.SayAsync("MAIL FROM:<friend@aol.com>"));
        }

        await using SeedClient neighbour = await _world.ConnectAsync("127.168.213.1");
        Assert.StartsWith("250", await neighbour.SayAsync("MAIL FROM:<friend@aol.com>"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_refuses_with_its_own_words_OK_below_it_accepts_and_permits_no_relaying_RELAY_does()
    {
        _world.Table("access", SecondExampleAccess);
        await _world.ServeAsync(HostName);
        await using (SeedClient client = await _world.ConnectAsync(Stranger))
        {
            Assert.Equal(
                "550 5.0.0 <a@cyberspammer.com>... We don't accept mail from spammers",
                await client.SayAsync("MAIL FROM:<a@cyberspammer.com>"));
            Assert.Equal(
                "550 5.0.0 <a@www.cyberspammer.com>... We don't accept mail from spammers",
                await client.SayAsync("MAIL FROM:<a@www.cyberspammer.com>"));
            foreach (string sender in (string[])["okay.cyberspammer.com", "mx.okay.cyberspammer.com", "sendmail.org"])
            {
                Assert.StartsWith("250", await client.SayAsync($"MAIL FROM:<a@{sender}>"), StringComparison.Ordinal);
                Assert.StartsWith(
                    "550 5.7.1 ", await client.SayAsync("RCPT TO:<a@sendmail.org>"), StringComparison.Ordinal);
                await client.SayAsync("RSET");
            }
        }

        Assert.StartsWith("250", await _world.AskAsync("127.32.7.9", "a@plenaxx.ch"), StringComparison.Ordinal);
        Assert.StartsWith("550", await _world.AskAsync("127.33.7.9", "a@plenaxx.ch"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RELAY_on_a_domain_relays_to_it_and_below_it_for_anyone()
    {
        ScriptedMailExchanger mailbox = _world.Host("127.0.0.31");
        await ServeOwnAsync();
        await _world.SendAsync(Stranger, "martin.zahn@paragon.arkum.ch");
        Assert.Equal(["martin.zahn@paragon.arkum.ch"], await _world.RecipientsAtAsync(mailbox, 1));
    }

    [Fact]
    public async Task DISCARD_takes_the_message_of_the_sender_and_drops_it()
    {
        ScriptedMailExchanger mailbox = _world.Host("127.0.0.31");
        _world.Table("access", OwnAccess + "spammer@aol.com DISCARD\n");
        await _world.ServeAsync(HostName);
        await using SeedClient client = await _world.ConnectAsync(Stranger);
        await client.SendAsync("spammer@aol.com", ["dropped@paragon.arkum.ch"]);
        await client.SendAsync("friend@aol.com", ["kept@paragon.arkum.ch"]);
        Assert.Equal(["kept@paragon.arkum.ch"], await _world.RecipientsAtAsync(mailbox, 1));
        await _world.DrainAsync();
        Assert.Single(mailbox.Mails);
    }

    [Fact]
    public async Task C10_DISCARD_drops_the_mail_of_a_client_and_to_a_recipient_too()
    {
        ScriptedMailExchanger mailbox = _world.Host("127.0.0.31");
        _world.Table(
            "access", OwnAccess + "Connect:127.0.0.46 DISCARD\nTo:sink@paragon.arkum.ch DISCARD\n");
        await _world.ServeAsync(HostName, "access.blocklistRecipients=true");
        await _world.SendAsync("127.0.0.46", "dropped1@paragon.arkum.ch");
        await _world.SendAsync(Stranger, "sink@paragon.arkum.ch");
        await _world.SendAsync(Stranger, "dropped2@paragon.arkum.ch", "sink@paragon.arkum.ch");
        await _world.SendAsync(Stranger, "kept@paragon.arkum.ch");
        Assert.Equal(["kept@paragon.arkum.ch"], await _world.RecipientsAtAsync(mailbox, 1));
        await _world.DrainAsync();
        Assert.Single(mailbox.Mails);
    }

    [Fact]
    public async Task C10_A_key_without_a_tag_is_matched_against_senders_and_recipients()
    {
        _world.Table("access", OwnAccess + "both@paragon.arkum.ch REJECT\n");
        await _world.ServeAsync(HostName, "access.blocklistRecipients=true");
        await using SeedClient client = await _world.ConnectAsync(Stranger);
        Assert.StartsWith(
            "550 5.7.1 ", await client.SayAsync("MAIL FROM:<both@paragon.arkum.ch>"), StringComparison.Ordinal);
        Assert.StartsWith(
            "550 5.2.1 ",
            await client.AddressAsync("friend@aol.com", "both@paragon.arkum.ch"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task C26_localhost_RELAY_adds_nothing_to_the_rule_that_the_machine_itself_may_relay()
    {
        string without = OwnAccess.Replace("localhost", "other", StringComparison.Ordinal);
        foreach (string table in (string[])[OwnAccess, without])
        {
            await using var world = new SeedWorld();
            world.Table("access", table);
            world.Names.Add("plenaxx.ch MX 10 nt-mail1.plenaxx.ch", "nt-mail1.plenaxx.ch A 127.0.0.32");
            await world.ServeAsync(HostName);
            Assert.StartsWith("250", await world.AskAsync("127.0.0.1", "a@plenaxx.ch"), StringComparison.Ordinal);
            Assert.StartsWith("550", await world.AskAsync(Stranger, "a@plenaxx.ch"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task C6_C7_Local_mail_goes_to_the_hub_and_keeps_its_domain_by_default()
    {
        ScriptedMailExchanger mailbox = _world.Host("127.0.0.31");
        _world.Table("local-host-names", "arkum.ch\n");
        await _world.ServeAsync(
            HostName,
            "routes.localRelay=paragon.arkum.ch",
            "routes.mailHub=paragon.arkum.ch",
            "masquerade.as=arkum.ch");
        await _world.SendAsync(Stranger, "martin.zahn@arkum.ch");
        Assert.Equal(["martin.zahn@arkum.ch"], await _world.RecipientsAtAsync(mailbox, 1));
    }

    [Fact]
    public async Task C6_C7_With_DR_DH_and_DM_imported_the_transcripts_RCPT_names_the_mailbox_host()
    {
        ScriptedMailExchanger mailbox = _world.Host("127.0.0.31");
        await ServeImportedAsync();
        await using SeedClient client = await _world.ConnectAsync(Stranger);
        await client.SendAsync("root@plenaxx.ch", ["martin.zahn@arkum.ch"]);
        Assert.Equal(["martin.zahn@paragon.arkum.ch"], await _world.RecipientsAtAsync(mailbox, 1));
        await client.SendAsync("root@plenaxx.ch", ["eric"]); // a name without a domain
        Assert.Equal(
            ["eric@paragon.arkum.ch", "martin.zahn@paragon.arkum.ch"], await _world.RecipientsAtAsync(mailbox, 2));
    }

    [Fact]
    public async Task C7_DM_masquerades_header_senders_of_our_own_names_and_not_the_envelope()
    {
        ScriptedMailExchanger internet = _world.Host("127.0.0.32");
        await ServeImportedAsync();
        await using SeedClient client = await _world.ConnectAsync("127.0.0.1");
        await client.SendAsync(
            "root@ux-mail1.arkum.ch",
            ["martin.zahn@plenaxx.ch"],
            "To: martin.zahn@plenaxx.ch\r\nFrom: martin.zahn@ux-mail1.arkum.ch\r\nReply-To: a@plenaxx.ch\r\n"
                + "Subject: Ein Test\r\n\r\nDies ist ein Header Test ux-mail1.arkum.ch");
        ReceivedMail mail = await _world.MailAtAsync(internet);
        Assert.Equal("root@ux-mail1.arkum.ch", SeedWorld.AddressOf(mail.Mail));
        Assert.Contains(
            "\r\nTo: martin.zahn@plenaxx.ch\r\nFrom: martin.zahn@arkum.ch\r\nReply-To: a@plenaxx.ch\r\n"
                + "Subject: Ein Test\r\n\r\nDies ist ein Header Test ux-mail1.arkum.ch\r\n",
            SeedWorld.TextOf(mail),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task C12_A_domain_whose_best_MX_is_ourselves_bounces_as_a_local_configuration_error()
    {
        ScriptedMailExchanger sender = _world.Host("127.0.0.9");
        ScriptedMailExchanger worse = _world.Host("127.0.0.46");
        AddAkadia(ours: 10, opal: 20);
        await ServeOwnAsync();
        await _world.SendAsync(InsideHost, "root@akadia.ch");
        string bounce = SeedWorld.TextOf(await _world.MailAtAsync(sender));
        Assert.Contains("MX list for akadia.ch points back to ux-mail1.arkum.ch", bounce, StringComparison.Ordinal);
        Assert.Contains("5.3.5", bounce, StringComparison.Ordinal);
        Assert.Empty(worse.Mails);
    }

    [Fact]
    public async Task With_a_better_MX_than_ourselves_mail_goes_there()
    {
        ScriptedMailExchanger better = _world.Host("127.0.0.46");
        AddAkadia(ours: 10, opal: 5);
        await ServeOwnAsync();
        await _world.SendAsync(InsideHost, "root@akadia.ch");
        Assert.Equal(["root@akadia.ch"], await _world.RecipientsAtAsync(better, 1));
    }

    [Fact]
    public async Task The_cure_is_to_enter_the_domain_in_sendmail_cw_which_makes_it_local()
    {
        ScriptedMailExchanger mailbox = _world.Host("127.0.0.31");
        AddAkadia(ours: 10, opal: 20);
        await ServeImportedAsync("arkum.ch\nakadia.ch\n");
        await _world.SendAsync(Stranger, "root@akadia.ch");
        Assert.Equal(["root@paragon.arkum.ch"], await _world.RecipientsAtAsync(mailbox, 1));
    }

    [Fact]
    public async Task The_queue_names_the_deferred_reason_until_the_host_answers_again()
    {
        bool isCut = true;
        ScriptedMailExchanger internet = _world.Host("127.0.0.32", line => Volatile.Read(ref isCut)
            && line == ScriptedMailExchanger.Connected ? ScriptedMailExchanger.Cut : null);
        await ServeOwnAsync();
        await _world.SendAsync(InsideHost, "martin.zahn@plenaxx.ch");
        await _world.Program.WaitForLineAsync("deferred");
        string list = (await _world.QueueAsync("list")).Output;
        Assert.Contains("martin.zahn@plenaxx.ch", list, StringComparison.Ordinal);
        Assert.Contains("Deferred", list, StringComparison.OrdinalIgnoreCase);
        Volatile.Write(ref isCut, false);
        Assert.Equal(["martin.zahn@plenaxx.ch"], await _world.RecipientsAtAsync(internet, 1));
        await _world.DrainAsync();
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    private void AddAkadia(int ours, int opal) => _world.Names.Add(
        $"akadia.ch MX {ours} ux-mail1.arkum.ch", $"akadia.ch MX {opal} opal.akadia.ch", "opal.akadia.ch A 127.0.0.46");

    private Task ServeOwnAsync()
    {
        _world.Table("access", OwnAccess);
        return _world.ServeAsync(HostName);
    }

    private Task ServeImportedAsync(string localNames = "arkum.ch\n")
    {
        _world.Table("access", OwnAccess);
        _world.Table("sendmail.cw", localNames);
        return _world.ServeImportedAsync("sendmail.cf", Configuration, HostName);
    }
}
