using Relay.Testing;

namespace Relay.EndToEnd.Tests.Seeds.SendmailAsSmtpClient;

/// <summary>
/// "Preparing Sendmail for enterprise SMTP relay configuration" (the article on Sendmail as an SMTP client): its
/// <c>DSsmtp.example.com</c> through <c>relay import</c> of a sendmail.cf. The application is a client on 127.0.0.1.
/// </summary>
public sealed class SendmailAsSmtpClientTests : IAsyncDisposable
{
    private const string HostName = "lpar1.example.org";
    private const string Application = "127.0.0.1";

    private readonly SeedWorld _world = new();

    public SendmailAsSmtpClientTests() => _world.Names.Add(
        "smtp.example.com A 127.0.0.21",
        "example.com MX 10 mx.example.com",
        "mx.example.com A 127.0.0.22",
        "example.net MX 10 mx.example.com");

    [Fact]
    public async Task C17_With_SMART_HOST_all_mail_goes_there_and_no_MX_of_a_recipients_domain_is_looked_up()
    {
        ScriptedMailExchanger smartHost = _world.Host("127.0.0.21");
        ScriptedMailExchanger direct = _world.Host("127.0.0.22");
        await ServeAsync("DSsmtp.example.com");
        await _world.SendAsync(Application, "admin@example.com", "admin@example.net", "admin@no-such-domain.example");
        Assert.Equal(
            ["admin@example.com", "admin@example.net", "admin@no-such-domain.example"],
            await _world.RecipientsAtAsync(smartHost, 3));
        await _world.DrainAsync();
        Assert.Empty(direct.Mails);
        Assert.DoesNotContain("example.com MX", _world.Names.Questions);
        Assert.DoesNotContain("example.net MX", _world.Names.Questions);
    }

    [Fact]
    public async Task Without_SMART_HOST_mail_goes_to_the_MX_of_the_recipients_domain()
    {
        ScriptedMailExchanger smartHost = _world.Host("127.0.0.21");
        ScriptedMailExchanger direct = _world.Host("127.0.0.22");
        await ServeAsync("DS");
        await _world.SendAsync(Application, "admin@example.com");
        Assert.Equal(["admin@example.com"], await _world.RecipientsAtAsync(direct, 1));
        Assert.Empty(smartHost.Mails);
    }

    [Theory]
    [InlineData("DSsmtp.example.com", "127.0.0.23")]
    [InlineData("DS[smtp.example.com]", "127.0.0.21")]
    public async Task C17_The_smart_hosts_own_name_is_looked_up_for_MX_unless_it_is_in_brackets(
        string definition, string address)
    {
        _world.Names.Add("smtp.example.com MX 10 farm.example.com", "farm.example.com A 127.0.0.23");
        ScriptedMailExchanger[] hosts = [_world.Host("127.0.0.21"), _world.Host("127.0.0.23")];
        await ServeAsync(definition);
        await _world.SendAsync(Application, "admin@example.com");
        await _world.MailAtAsync(hosts[address == "127.0.0.21" ? 0 : 1]);
        Assert.Empty(hosts[address == "127.0.0.21" ? 1 : 0].Mails);
    }

    [Fact]
    public async Task C18_What_is_local_is_decided_by_our_own_names_and_not_by_SMART_HOST()
    {
        ScriptedMailExchanger smartHost = _world.Host("127.0.0.21");
        _world.Table("local-host-names", "lpar.example.org\n");
        _world.Table("aliases", "root: admin@example.com\n");
        await ServeAsync("DSsmtp.example.com");
        Assert.Equal(
            "550 5.1.1 <oracle@lpar.example.org>... User unknown",
            await _world.AskAsync(Application, "oracle@lpar.example.org"));
        await _world.SendAsync(Application, "root@lpar.example.org");
        Assert.Equal(["admin@example.com"], await _world.RecipientsAtAsync(smartHost, 1));
    }

    [Fact]
    public async Task A_server_with_a_smart_host_relays_for_no_stranger()
    {
        await ServeAsync("DSsmtp.example.com");
        Assert.Equal(
            "550 5.7.1 <admin@example.com>... Relaying denied. IP name lookup failed [127.0.0.2]",
            await _world.AskAsync("127.0.0.2", "admin@example.com"));
    }

    [Fact]
    public async Task The_mail_command_of_the_article_is_accepted_and_arrives_with_its_subject_and_text()
    {
        Tool.Require("swaks");
        ScriptedMailExchanger smartHost = _world.Host("127.0.0.21");
        await ServeAsync("DSsmtp.example.com");
        ToolResult sent = await Tool.RunAsync(Tool.Find("swaks")!,
        [
            "--server", $"127.0.0.1:{_world.Port}", "--from", "root@sender.example", "--to", "admin@example.com",
            "--header", "Subject: SMTP Client Test", "--body", "This is a test mail.",
        ]);
        Assert.True(sent.ExitCode == 0, sent.ToString());
        string text = SeedWorld.TextOf(await _world.MailAtAsync(smartHost));
        Assert.Contains("\r\nSubject: SMTP Client Test\r\n", text, StringComparison.Ordinal);
        Assert.Contains("\r\n\r\nThis is a test mail.\r\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("the relay is unavailable")]
    [InlineData("the relay's name does not resolve for now")]
    [InlineData("the relay says 451")]
    public async Task Mail_stays_in_the_queue_while_the_smart_host_cannot_take_it_and_is_delivered_then(string trouble)
    {
        bool isReady = false;
        if (trouble.EndsWith("451", StringComparison.Ordinal))
        {
            _world.Host("127.0.0.21", line => line.StartsWith("MAIL", StringComparison.Ordinal)
                && !Volatile.Read(ref isReady) ? "451 4.7.0 later" : null);
        }

        await ServeAsync(trouble.Contains("name", StringComparison.Ordinal)
            ? "DSlater.example.com"
            : "DS[smtp.example.com]");
        Assert.StartsWith("Queue Empty", await ListAsync(), StringComparison.Ordinal);
        await _world.SendAsync(Application, "admin@example.com");
        await _world.Program.WaitForLineAsync("deferred");
        string list = await ListAsync();
        Assert.Contains("admin@example.com", list, StringComparison.Ordinal);
        Assert.Contains("Deferred", list, StringComparison.OrdinalIgnoreCase);

        _world.Names.Add("later.example.com A 127.0.0.21");
        Volatile.Write(ref isReady, true);
        if (!trouble.EndsWith("451", StringComparison.Ordinal))
        {
            _world.Host("127.0.0.21");
        }

        await _world.Program.WaitForLineAsync(" delivered ");
        await _world.DrainAsync();
    }

    [Fact]
    public async Task A_new_smart_host_counts_after_the_refresh_and_not_before()
    {
        _world.Names.Add("other.example.com A 127.0.0.24");
        ScriptedMailExchanger first = _world.Host("127.0.0.21");
        ScriptedMailExchanger second = _world.Host("127.0.0.24");
        await ServeAsync("DSsmtp.example.com");
        string json = await File.ReadAllTextAsync(_world.ConfigurationPath);
        await File.WriteAllTextAsync(
            _world.ConfigurationPath, json.Replace("smtp.example.com", "other.example.com", StringComparison.Ordinal));
        await _world.SendAsync(Application, "one@example.com");
        Assert.Equal(["one@example.com"], await _world.RecipientsAtAsync(first, 1));
        await _world.Program.SignalAsync("HUP");
        await _world.Program.WaitForLineAsync("text=\"reloaded");
        await _world.SendAsync(Application, "two@example.com");
        Assert.Equal(["two@example.com"], await _world.RecipientsAtAsync(second, 1));
        Assert.Single(first.Mails);
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    private async Task<string> ListAsync() => (await _world.QueueAsync("list")).Output;

    private Task<string> ServeAsync(string smartHost) => _world.ServeImportedAsync(
        "sendmail.cf",
        $"V10/Berkeley\nCwlocalhost\nFw/etc/mail/local-host-names\n{smartHost}\n"
            + "O AliasFile=/etc/mail/aliases\nO DaemonPortOptions=Port=smtp, Name=MTA\n",
        HostName);
}
