using Relay.EndToEnd.Tests.Seeds;
using Relay.Testing;

namespace Relay.EndToEnd.Tests.Rules;

/// <summary>
/// Privacy flags where one stands for several or counts behind the session (Sendmail: PrivacyOptions).
/// </summary>
public sealed class PrivacyFlagTests : IAsyncDisposable
{
    private readonly SeedWorld _world = new();

    [Fact]
    public async Task Goaway_demands_an_introduction_and_tells_nothing_behind_it_but_keeps_ETRN_and_DSN()
    {
        await _world.ServeAsync("relay.example", "server.privacy=goaway", "server.requireHello=false");
        await using SeedClient client = await _world.ConnectAsync("198.51.100.1", hello: null);
        Assert.Equal("503 5.0.0 Polite people say HELO first", await client.SayAsync("MAIL FROM:<>"));
        Assert.Equal("503 5.0.0 I demand that you introduce yourself first", await client.SayAsync("VRFY x"));
        Assert.Equal("503 5.0.0 I demand that you introduce yourself first", await client.SayAsync("EXPN x"));
        string offer = await client.SayAsync("EHLO client.example");
        Assert.DoesNotContain("EXPN", offer, StringComparison.Ordinal);
        Assert.DoesNotContain("VERB", offer, StringComparison.Ordinal);
        Assert.Contains("ETRN", offer, StringComparison.Ordinal);
        Assert.Contains("DSN", offer, StringComparison.Ordinal);
        Assert.StartsWith("252 2.5.2 ", await client.SayAsync("VRFY x"), StringComparison.Ordinal);
        Assert.Equal("502 5.7.0 Sorry, we do not allow this operation", await client.SayAsync("EXPN x"));
        Assert.Equal("502 5.7.0 Verbose unavailable", await client.SayAsync("VERB"));
    }

    [Theory]
    [InlineData("public", true)]
    [InlineData("nobodyreturn", false)]
    public async Task With_nobodyreturn_what_the_sender_gets_back_has_headers_only_whatever_RET_asks(
        string flags, bool hasBody)
    {
        ScriptedMailExchanger sender = _world.Host("127.0.0.9");
        _world.Host("127.0.0.71", static line => line.StartsWith("RCPT", StringComparison.Ordinal) ? "550 no" : null);
        _world.Table("mailertable", "far.example smtp:[127.0.0.71]\n");
        await _world.ServeAsync("relay.example", $"server.privacy={flags}");
        await using SeedClient client = await _world.ConnectAsync("127.0.0.1");
        await client.SayAsync("MAIL FROM:<someone@sender.example> RET=FULL");
        await client.SayAsync("RCPT TO:<a@far.example>");
        await client.SendContentAsync("Subject: what was sent\r\n\r\nthe words of its body");
        string notification = SeedWorld.TextOf(await _world.MailAtAsync(sender));
        Assert.Contains("Subject: what was sent", notification, StringComparison.Ordinal);
        Assert.Equal(hasBody, notification.Contains("the words of its body", StringComparison.Ordinal));
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();
}
