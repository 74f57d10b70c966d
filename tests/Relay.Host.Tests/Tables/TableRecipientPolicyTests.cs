using System.Net;
using System.Text;
using Relay.Host.Tables;
using Relay.Server.Policies;
using Relay.Smtp;

namespace Relay.Host.Tests.Tables;

/// <summary>Who may relay: nobody who may not.</summary>
public class TableRecipientPolicyTests
{
    private const string RelayDomains =
        "# domains\nhosted.example  second.example\n10.1 192.0.2.7 198.51.100.\nIPv6:2001:db8:1\n";

    private const string Access = """
        # access
        To:target.example RELAY
        To:Mixed.Example	relay
        untagged.example   RELAY
        192.168.2 RELAY
        172.16.0.9	RELAY
        IPv6:2001:db8:2::9 RELAY
        Connect:203.0.113 RELAY
        """;

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("10.1.0.1")]
    [InlineData("10.1.255.255")]
    [InlineData("192.0.2.7")]
    [InlineData("198.51.100.200")]
    [InlineData("192.168.2.1")]
    [InlineData("172.16.0.9")]
    [InlineData("203.0.113.5")]
    [InlineData("2001:db8:1::5")]
    [InlineData("2001:db8:1:ffff::5")]
    [InlineData("2001:db8:2::9")]
    public void A_client_that_may_relay_sends_anywhere(string client)
    {
        Assert.Null(Rcpt(client, "a@anywhere.example"));
        Assert.Null(Rcpt(client, "a%b@anywhere.example"));
        Assert.Null(Rcpt(client, "a@[192.0.2.1]"));
    }

    [Theory]
    [InlineData("127.0.0.2")]
    [InlineData("127.1.2.3")]
    [InlineData("::ffff:127.0.0.2")]
    [InlineData("10.10.0.1")]
    [InlineData("101.0.0.1")]
    [InlineData("10.11.0.1")]
    [InlineData("192.0.2.70")]
    [InlineData("192.168.20.1")]
    [InlineData("192.168.3.2")]
    [InlineData("172.16.0.90")]
    [InlineData("203.0.11.3")]
    [InlineData("::")]
    [InlineData("::2")]
    [InlineData("2001:db8:11::5")]
    [InlineData("2001:db8:2::8")]
    public void A_stranger_is_denied_and_told_with_the_address(string client)
    {
        Assert.Equal("550 5.7.1 <a@anywhere.example>... Relaying denied", Rcpt(client, "a@anywhere.example"));
        Assert.Equal("550 5.7.1 <a@[192.0.2.1]>... Relaying denied", Rcpt(client, "a@[192.0.2.1]"));
    }

    [Theory]
    [InlineData("a@hosted.example")]
    [InlineData("a@HOSTED.Example")]
    [InlineData("a@deep.sub.hosted.example")]
    [InlineData("a@second.example")]
    [InlineData("a@target.example")]
    [InlineData("a@sub.target.example")]
    [InlineData("a@mixed.example")]
    [InlineData("a@untagged.example")]
    [InlineData("\"quoted local\"@hosted.example")]
    [InlineData("postmaster")]
    [InlineData("PostMaster")]
    [InlineData("postmaster@relay.example")]
    [InlineData("POSTMASTER@Relay.EXAMPLE")]
    public void A_stranger_reaches_what_we_relay_to(string recipient) => Assert.Null(Rcpt("127.0.0.2", recipient));

    [Theory]
    [InlineData("a@nothosted.example")]
    [InlineData("a@hosted.example.evil.example")]
    [InlineData("a@example")]
    [InlineData("a@hosted")]
    [InlineData("a%victim.example@hosted.example")]
    [InlineData("victim.example!a@hosted.example")]
    [InlineData("\"a@victim.example\"@hosted.example")]
    [InlineData("\"a%victim.example\"@hosted.example")]
    [InlineData("\"victim.example!a\"@hosted.example")]
    [InlineData("a@victim.example@hosted.example")]
    [InlineData("postmaster@victim.example")]
    [InlineData("postmaster%victim.example@relay.example")]
    [InlineData("postmasters@relay.example")]
    [InlineData("a@relay.example")]
    public void A_stranger_finds_no_hole(string recipient) =>
        Assert.Equal($"550 5.7.1 <{recipient}>... Relaying denied", Rcpt("127.0.0.2", recipient));

    [Fact]
    public void A_recipient_without_a_domain_is_unknown_even_to_those_who_may_relay() =>
        Assert.Equal("550 5.1.1 <fred>... User unknown", Rcpt("127.0.0.1", "fred"));

    [Fact]
    public void With_relay_hosts_only_a_domain_does_not_stand_for_those_below()
    {
        Assert.Null(Rcpt("127.0.0.2", "a@target.example", exact: true));
        Assert.NotNull(Rcpt("127.0.0.2", "a@sub.target.example", exact: true));
        Assert.Null(Rcpt("192.168.2.200", "a@anywhere.example", exact: true));
    }

    [Theory]
    [InlineData("client.hosted.example", true)]
    [InlineData("Untagged.Example", true)]
    [InlineData("target.example", false)]
    [InlineData("client.elsewhere.example", false)]
    [InlineData(null, false)]
    public void A_confirmed_client_name_counts_but_To_entries_give_nothing_to_clients(string? name, bool accepted) =>
        Assert.Equal(accepted, Rcpt("127.0.0.2", "a@anywhere.example", clientName: name) is null);

    [Fact]
    public void International_domains_match_in_both_forms()
    {
        using TableFolder folder = new TableFolder().With(
            "relay-domains", "b\u00fccher.example xn--mnchen-3ya.example\n");
        var policy = new TableRecipientPolicy(new TableStore(folder.Load()));
        string[] recipients = ["a@b\u00fccher.example", "a@xn--bcher-kva.example", "a@M\u00dcnchen.example"];
        foreach (string recipient in recipients)
        {
            Assert.Null(Ask(policy, "127.0.0.2", recipient, null));
        }
    }

    [Fact]
    public void Acceptance_allocates_nothing()
    {
        using TableFolder folder = new TableFolder().With("relay-domains", RelayDomains).With("access", Access);
        var policy = new TableRecipientPolicy(new TableStore(folder.Load()));
        using var envelope = new Envelope();
        var stranger = new ClientIdentity(IPAddress.Parse("127.0.0.2"), 1, "MTA");
        var friend = new ClientIdentity(IPAddress.Parse("2001:db8:1::5"), 1, "MTA");
        byte[] recipient = "a@sub.target.example"u8.ToArray();
        long allocated = 0;
        for (int round = 0; round < 3; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1000; i++)
            {
                Assert.True(policy.OnRcptAsync(stranger, envelope, recipient).GetAwaiter().IsCompleted);
                Assert.True(policy.OnRcptAsync(friend, envelope, recipient).GetAwaiter().IsCompleted);
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
    }

    private static string? Rcpt(string client, string recipient, bool exact = false, string? clientName = null)
    {
        using TableFolder folder = new TableFolder { RelayHostsOnly = exact }
            .With("relay-domains", RelayDomains)
            .With("access", Access);
        return Ask(new TableRecipientPolicy(new TableStore(folder.Load())), client, recipient, clientName);
    }

    private static string? Ask(TableRecipientPolicy policy, string client, string recipient, string? clientName)
    {
        using var envelope = new Envelope();
        var identity = new ClientIdentity(IPAddress.Parse(client), 1, "MTA") { HostName = clientName };
        ValueTask<RcptDecision> task = policy.OnRcptAsync(identity, envelope, Encoding.UTF8.GetBytes(recipient));
        Assert.True(task.IsCompletedSuccessfully);
        RcptDecision decision = task.Result;
        return decision.IsAccepted ? null : Encoding.UTF8.GetString(decision.Refusal!);
    }
}
