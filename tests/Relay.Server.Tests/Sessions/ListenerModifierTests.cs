using Relay.Server.Policies;
using Relay.Server.Tests.Fixtures;

namespace Relay.Server.Tests.Sessions;

/// <summary>Sendmail: DAEMON_OPTIONS, M=.</summary>
public sealed class ListenerModifierTests
{
    [Fact]
    public void E_neither_advertises_nor_serves_etrn()
    {
        using var fixture = new ServerFixture(etrn: new ReadyEtrn());
        Assert.Contains("250-ETRN", fixture.Connect().Say("EHLO x\r\n"), StringComparison.Ordinal);
        TestClient client = fixture.Connect(modifiers: ListenerModifiers.NoEtrn);
        Assert.DoesNotContain("ETRN", client.Say("EHLO x\r\n"), StringComparison.Ordinal);
        Assert.Equal("502 5.7.0 Sorry, we do not allow this operation\r\n", client.Say("ETRN x.example\r\n"));
    }

    [Fact]
    public void R_wants_a_domain_of_every_recipient_but_postmaster()
    {
        using var fixture = new ServerFixture();
        TestClient client = fixture.Connect(modifiers: ListenerModifiers.RequireQualifiedRecipients);
        client.Say("HELO x\r\nMAIL FROM:<>\r\n");
        Assert.Equal("553 5.1.3 Domain name required for recipient address\r\n", client.Say("RCPT TO:<eric>\r\n"));
        Assert.StartsWith("250 ", client.Say("RCPT TO:<postmaster>\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("250 ", client.Say("RCPT TO:<eric@there.example>\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_wants_auth_before_mail_vrfy_expn_and_etrn()
    {
        using var fixture = new ServerFixture(etrn: new ReadyEtrn());
        TestClient client = fixture.Connect(modifiers: ListenerModifiers.RequireAuthentication);
        client.Say("HELO x\r\n");
        foreach (string command in new[] { "MAIL FROM:<>", "VRFY x", "EXPN x", "ETRN x.example" })
        {
            Assert.Equal("530 5.7.0 Authentication required\r\n", client.Say(command + "\r\n"));
        }

        Assert.Equal("250 2.0.0 OK\r\n", client.Say("NOOP\r\n"));
    }

    [Fact]
    public void The_policies_see_u_and_f()
    {
        using var fixture = new ServerFixture();
        const ListenerModifiers Both = ListenerModifiers.AllowUnqualified | ListenerModifiers.RequireQualifiedHosts;
        fixture.Connect(modifiers: Both);
        Assert.Equal(Both, fixture.Policy.Client!.Modifiers);
    }

    [Fact]
    public void Letters_are_read_with_their_case()
    {
        Assert.True(ListenerModifiersText.TryParse("EaCc", out ListenerModifiers modifiers, out _));
        Assert.Equal(
            ListenerModifiers.NoEtrn | ListenerModifiers.RequireAuthentication | ListenerModifiers.Canonify
            | ListenerModifiers.NoCanonify,
            modifiers);
        Assert.Equal("acCE", ListenerModifiersText.Write(modifiers));
        Assert.True(ListenerModifiersText.TryParse(ListenerModifiersText.Letters, out modifiers, out _));
        Assert.Equal("acCfruAESOsbh", ListenerModifiersText.Write(modifiers));
        Assert.True(ListenerModifiersText.TryParse("hb", out modifiers, out _));
        Assert.Equal(
            ListenerModifiers.SendFromArrivalAddress | ListenerModifiers.ArrivalNameInHello, modifiers);
        Assert.False(ListenerModifiersText.TryParse("Ex", out _, out char unknown));
        Assert.Equal('x', unknown);
    }

    private sealed class ReadyEtrn : IEtrnHandler
    {
        public EtrnResult Start(ClientIdentity client, ReadOnlySpan<byte> node, byte option) => EtrnResult.Started;
    }
}
