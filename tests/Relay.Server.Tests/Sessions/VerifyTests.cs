using Relay.Server.Policies;
using Relay.Server.Tests.Fixtures;

namespace Relay.Server.Tests.Sessions;

/// <summary>VRFY and EXPN where the privacy options allow them (RFC 5321 §3.5).</summary>
public sealed class VerifyTests
{
    [Fact]
    public void Vrfy_is_answered_by_the_verifier()
    {
        using ServerFixture fixture = With(new ScriptedVerifier());
        TestClient client = fixture.Connect();
        client.Hear();
        Assert.Equal("250 2.1.5 <eric@there.example>\r\n", client.Say("VRFY eric\r\n"));
        Assert.Equal("550 5.1.1 nobody... User unknown\r\n", client.Say("VRFY nobody\r\n"));
        Assert.Equal("501 5.5.2 Argument required\r\n", client.Say("VRFY\r\n"));
        Assert.Equal("501 5.5.2 Argument required\r\n", client.Say("EXPN\r\n"));
    }

    [Fact]
    public void Expn_of_a_list_is_one_reply_of_several_lines()
    {
        using ServerFixture fixture = With(new ScriptedVerifier());
        TestClient client = fixture.Connect();
        client.Hear();
        Assert.Equal(
            "250-2.1.5 <a@there.example>\r\n250-2.1.5 <b@there.example>\r\n250 2.1.5 <c@there.example>\r\n",
            client.Say("EXPN list\r\n"));
    }

    [Fact]
    public void A_slow_answer_holds_back_the_commands_behind_it()
    {
        var verifier = new ScriptedVerifier { Slow = new TaskCompletionSource<AddressListing>() };
        using ServerFixture fixture = With(verifier);
        TestClient client = fixture.Connect();
        client.Hear();
        Assert.Equal(string.Empty, client.Say("VRFY eric\r\nNOOP\r\n"));
        verifier.Slow.SetResult(new AddressListing(["252 2.5.2 perhaps"u8.ToArray()]));
        Assert.Equal("252 2.5.2 perhaps\r\n250 2.0.0 OK\r\n", client.Hear());
    }

    [Fact]
    public void What_the_verifier_says_cannot_break_the_line()
    {
        var verifier = new ScriptedVerifier { Slow = new TaskCompletionSource<AddressListing>() };
        verifier.Slow.SetResult(new AddressListing(["250 2.1.5 <a\r\n250 b>"u8.ToArray()]));
        using ServerFixture fixture = With(verifier);
        TestClient client = fixture.Connect();
        client.Hear();
        Assert.Equal("250 2.1.5 <a??250 b>\r\n", client.Say("VRFY eric\r\n"));
    }

    private static ServerFixture With(ScriptedVerifier verifier) =>
        new(new SmtpServerOptions { HostName = "mx.test", Privacy = PrivacyFlags.Public }, verifier: verifier);
}
