using Relay.EndToEnd.Tests.Seeds;
using Relay.Testing;

namespace Relay.EndToEnd.Tests.Rules;

/// <summary>
/// What the next hop sees of addresses: domaintable, masquerading, genericstable (Sendmail: cf/README, MASQUERADING
/// AND RELAYING).
/// </summary>
public sealed class RewritingTests : IAsyncDisposable
{
    private const string Content = """
        From: Fred <fred@relay.example>
        Sender: jim@mine.example
        Reply-To: root@relay.example, bare, x@pc.m.example
        To: to@relay.example, x@old.example
        Cc: cc@far.example
        Subject: about fred@relay.example

        Text of fred@relay.example
        """;

    private readonly SeedWorld _world = new();
    private readonly ScriptedMailExchanger _next;

    public RewritingTests()
    {
        _next = _world.Host("127.0.0.71");
        _world.Table("local-host-names", "mine.example open.example\n");
    }

    [Fact]
    public async Task Domaintable_replaces_a_whole_domain_once_in_the_envelope_and_in_headers_and_no_literal()
    {
        _world.Table("domaintable", "old.example New.example\nnew.example newest.example\n");
        _world.Names.Add("old.example A 127.0.0.9", "new.example A 127.0.0.9");
        ReceivedMail mail = await SendAsync(
            "u@old.example", ["a@OLD.example", "b@sub.old.example", "c@[192.0.2.1]"]);
        Assert.Equal("u@New.example", SeedWorld.AddressOf(mail.Mail));
        Assert.Equal(
            ["a@New.example", "b@sub.old.example", "c@[192.0.2.1]"],
            mail.Recipients.Select(SeedWorld.AddressOf).Order());
        Assert.Equal("to@relay.example, x@New.example", Field(mail, "To"));
    }

    [Fact]
    public async Task Domaintable_comes_before_the_test_for_our_own_names_and_for_permission()
    {
        _world.Table("domaintable", "old.example mine.example\nold2.example target.example\n");
        _world.Table("access", "To:target.example RELAY\n");
        await ServeAsync();
        Assert.Equal(
            "550 5.1.1 <x@old.example>... User unknown",
            await _world.OfferAsync("198.51.100.9", "someone@sender.example", "x@old.example"));
        Assert.StartsWith(
            "250", await _world.OfferAsync("198.51.100.9", "someone@sender.example", "x@old2.example"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task MASQUERADE_AS_replaces_our_names_in_headers_of_senders_and_nothing_else()
    {
        ReceivedMail mail = await SendAsync("fred@relay.example", ["a@far.example"], "masquerade.as=arkum.ch");
        Assert.Equal("Fred <fred@arkum.ch>", Field(mail, "From"));
        Assert.Equal("jim@arkum.ch", Field(mail, "Sender"));
        Assert.Equal("root@arkum.ch, bare@arkum.ch, x@pc.m.example", Field(mail, "Reply-To"));
        Assert.Equal("to@relay.example, x@old.example", Field(mail, "To"));
        Assert.Equal("fred@relay.example", SeedWorld.AddressOf(mail.Mail));
        Assert.EndsWith(
            "Subject: about fred@relay.example\r\n\r\nText of fred@relay.example\r\n", SeedWorld.TextOf(mail),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("masquerade.domains=m.example", "x@pc.m.example")]
    [InlineData("masquerade.domains=m.example;masquerade.entireDomain=true", "x@arkum.ch")]
    public async Task Class_M_is_masqueraded_too_and_what_is_below_with_masquerade_entire_domain(
        string options, string last)
    {
        ReceivedMail mail = await SendAsync(
            "fred@relay.example", ["a@far.example"], [.. options.Split(';'), "masquerade.as=arkum.ch"]);
        Assert.EndsWith(", " + last, Field(mail, "Reply-To"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Limited_masquerade_takes_class_M_alone()
    {
        ReceivedMail mail = await SendAsync(
            "fred@relay.example", ["a@far.example"],
            "masquerade.as=arkum.ch", "masquerade.limited=true", "masquerade.domains=mine.example");
        Assert.Equal("Fred <fred@relay.example>", Field(mail, "From"));
        Assert.Equal("jim@arkum.ch", Field(mail, "Sender"));
    }

    [Fact]
    public async Task Classes_N_and_E_are_exempt()
    {
        ReceivedMail mail = await SendAsync(
            "fred@relay.example", ["a@far.example"],
            "masquerade.as=arkum.ch", "masquerade.exceptions=mine.example", "masquerade.exposedUsers=root");
        Assert.Equal("Fred <fred@arkum.ch>", Field(mail, "From"));
        Assert.Equal("jim@mine.example", Field(mail, "Sender"));
        Assert.StartsWith("root@relay.example, ", Field(mail, "Reply-To"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Allmasquerade_takes_recipients_headers_and_masquerade_envelope_the_sender()
    {
        ReceivedMail mail = await SendAsync(
            "fred@relay.example", ["a@far.example"],
            "masquerade.as=arkum.ch", "masquerade.all=true", "masquerade.envelope=true");
        Assert.Equal("to@arkum.ch, x@old.example", Field(mail, "To"));
        Assert.Equal("cc@far.example", Field(mail, "Cc"));
        Assert.Equal("fred@arkum.ch", SeedWorld.AddressOf(mail.Mail));
    }

    [Fact]
    public async Task Genericstable_comes_first_a_hit_with_a_domain_is_final_and_class_G_is_served_too()
    {
        _world.Table("genericstable", "fred Fred.Smith@world.example\njim@mine.example james\nx@g.example y@g.world\n");
        ReceivedMail mail = await SendAsync(
            "fred@relay.example", ["a@far.example"],
            "masquerade.as=arkum.ch", "masquerade.genericsDomains=g.example");
        Assert.Equal("Fred <Fred.Smith@world.example>", Field(mail, "From"));
        Assert.Equal("james@arkum.ch", Field(mail, "Sender"));
        ReceivedMail other = await SendContentAsync("From: x@g.example\r\nReply-To: x@far.example\r\n\r\nother");
        Assert.Equal("y@g.world", Field(other, "From"));
        Assert.Equal("x@far.example", Field(other, "Reply-To"));
    }

    [Fact]
    public async Task Genericstable_is_asked_by_address_then_domain_then_name_for_each_field_of_a_sender()
    {
        _world.Table("genericstable", """
            u+d@mine.example one@world.example
            u+*@mine.example two@world.example
            u@mine.example three@world.example
            @mine.example four@world.example
            other wrong@world.example
            solo five@world.example
            part+* six@world.example

            """);
        await ServeAsync();
        await using SeedClient client = await _world.ConnectAsync("127.0.0.1");
        (string Field, string From, string To)[] fields =
        [
            ("From", "u+d@mine.example", "one@world.example"),
            ("Sender", "u+e@mine.example", "two@world.example"),
            ("Reply-To", "u@mine.example", "three@world.example"),
            ("Errors-To", "other@mine.example", "four@world.example"),
            ("Resent-From", "solo@relay.example", "five@world.example"),
            ("Resent-Sender", "solo+x@relay.example", "five@world.example"),
            ("Resent-Reply-To", "part+x@relay.example", "six@world.example"),
            ("To", "u@mine.example", "u@mine.example"),
        ];
        await client.SendAsync(
            "fred@relay.example", ["a@far.example"],
            string.Concat(fields.Select(static f => $"{f.Field}: {f.From}\r\n")) + "\r\nx");
        ReceivedMail mail = await _world.MailAtAsync(_next);
        Assert.Equal(fields.Select(static f => f.To), fields.Select(f => Field(mail, f.Field)));
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    private Task ServeAsync(params string[] options) => _world.ServeAsync(
        "relay.example", ["smartHost=[127.0.0.71]", .. options]);

    private async Task<ReceivedMail> SendAsync(string sender, string[] recipients, params string[] options)
    {
        await ServeAsync(options);
        await using SeedClient client = await _world.ConnectAsync("127.0.0.1");
        await client.SendAsync(sender, recipients, Content.Replace("\n", "\r\n", StringComparison.Ordinal));
        return await _world.MailAtAsync(_next);
    }

    /// <summary>The second message.</summary>
    private async Task<ReceivedMail> SendContentAsync(string content)
    {
        await using SeedClient client = await _world.ConnectAsync("127.0.0.1");
        await client.SendAsync("fred@relay.example", ["a@far.example"], content);
        await _world.RecipientsAtAsync(_next, 2);
        return _next.Mails[^1];
    }

    private static string Field(ReceivedMail mail, string name)
    {
        string line = SeedWorld.TextOf(mail).Split("\r\n").Single(
            l => l.StartsWith($"{name}: ", StringComparison.Ordinal));
        return line[(name.Length + 2)..];
    }
}
