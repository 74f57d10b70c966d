using System.Net.Security;
using System.Security.Authentication;
using Relay.Delivery.Tls;
using Relay.Queue;
using Relay.Testing.Tls;
using Relay.Tls;

namespace Relay.Delivery.Tests.Tls;

/// <summary>
/// TLS with next hops (RFC 3207; Sendmail: cf/README, "STARTTLS"): when it is begun, and when mail goes over it.
/// </summary>
public sealed class ClientTlsTests
{
    [Fact]
    public async Task Where_starttls_is_offered_mail_goes_over_TLS_after_a_second_ehlo()
    {
        await using TlsWorld world = new TlsWorld().Start();
        RecordingQueue.Completion completion = await world.Harness.SendAsync("user@a.test");
        Assert.Equal(RecipientStatus.Delivered, completion.Only.Status);
        Assert.Equal(
            ["1: EHLO relay.test", "1: STARTTLS", "1: EHLO relay.test", "1: MAIL FROM:<sender@client.test>"],
            world.Exchanger.Lines.Take(4));
        string line = Assert.Single(world.LogOf("STARTTLS=client"));
        Assert.Contains(
            "reply=STARTTLS=client, relay=mx.test [127.0.0.1], version=TLSv1.3, verify=OK, "
            + "cipher=TLS_AES_256_GCM_SHA384, bits=256/256",
            line,
            StringComparison.Ordinal);
        Assert.Equal(("mx.test", TlsVerification.Ok), (world.Policy.LastPeer.Host, world.Policy.LastVerification));
    }

    [Theory]
    [InlineData("expired")]
    [InlineData("self-signed")]
    [InlineData("other name")]
    [InlineData("other authority")]
    public async Task Opportunistic_TLS_takes_any_certificate_and_the_log_says_what_is_wrong(string fault)
    {
        await using TlsWorld world = Faulty(fault).Start();
        RecordingQueue.Completion completion = await world.Harness.SendAsync("user@a.test");
        Assert.Equal(RecipientStatus.Delivered, completion.Only.Status);
        Assert.Contains("1: STARTTLS", world.Exchanger.Lines);
        Assert.Contains(world.LogOf("STARTTLS=client"), l => l.Contains("verify=FAIL", StringComparison.Ordinal));
        Assert.Contains(
            world.LogOf("cert verify"), l => l.Contains(ProblemOf(fault), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("expired")]
    [InlineData("self-signed")]
    [InlineData("other name")]
    [InlineData("other authority")]
    public async Task Where_verification_is_asked_for_such_a_certificate_defers_the_mail(string fault)
    {
        await using TlsWorld world = Faulty(fault);
        world.Policy.Use = TlsUse.Required;
        world.Policy.Verifies = true;
        world.Start();
        RecordingQueue.Completion completion = await world.Harness.SendAsync("user@a.test");
        Assert.Equal(
            (RecipientStatus.Deferred, 454, "4.7.0", $"not verified: {ProblemOf(fault)} (mx.test [127.0.0.1])"),
            (completion.Only.Status, completion.Only.Code, completion.Only.Enhanced, completion.Only.Text));
        Assert.DoesNotContain(
            world.Exchanger.Lines, l => l.Contains("MAIL", StringComparison.Ordinal));
        Assert.Equal(1, world.Exchanger.Connections);
    }

    [Fact]
    public async Task Verification_asked_for_and_found_lets_mail_pass()
    {
        await using TlsWorld world = new TlsWorld { Policy = { Use = TlsUse.Required, Verifies = true } }.Start();
        Assert.Equal(RecipientStatus.Delivered, (await world.Harness.SendAsync("user@a.test")).Only.Status);
    }

    [Fact]
    public async Task Where_TLS_is_required_and_not_offered_mail_is_deferred()
    {
        await using TlsWorld world =
            new TlsWorld { Offer = "250 mx.test", Policy = { Use = TlsUse.Required } }.Start();
        RecordingQueue.Completion completion = await world.Harness.SendAsync("user@a.test");
        Assert.Equal(
            (RecipientStatus.Deferred, 454, "TLS is required, but was not offered by mx.test [127.0.0.1]"),
            (completion.Only.Status, completion.Only.Code, completion.Only.Text));
        Assert.DoesNotContain("1: STARTTLS", world.Exchanger.Lines);
    }

    [Theory]
    [InlineData("454 4.7.0 not now", TlsVerification.Temp)]
    [InlineData("502 5.5.1 never heard of it", TlsVerification.Protocol)]
    public async Task A_refused_starttls_goes_on_in_clear_where_that_is_allowed(string reply, TlsVerification verification)
    {
        await using TlsWorld world = new TlsWorld().Start(line => line == "STARTTLS" ? reply : null);
        Assert.Equal(RecipientStatus.Delivered, (await world.Harness.SendAsync("user@a.test")).Only.Status);
        Assert.Equal(1, world.Exchanger.Connections);
        Assert.Equal(verification, world.Policy.LastVerification);
    }

    [Fact]
    public async Task A_refused_starttls_defers_where_TLS_is_required()
    {
        await using TlsWorld world = new TlsWorld { Policy = { Use = TlsUse.Required } }
            .Start(line => line == "STARTTLS" ? "454 4.7.0 not now" : null);
        Assert.Equal(RecipientStatus.Deferred, (await world.Harness.SendAsync("user@a.test")).Only.Status);
        Assert.Empty(world.Exchanger.Mails);
    }

    [Theory]
    [InlineData("old version")]
    [InlineData("weak cipher")]
    [InlineData("noise")]
    public async Task A_failed_handshake_is_followed_by_a_new_connection_in_clear_where_that_is_allowed(string fault)
    {
        await using TlsWorld world = Unable(fault, new TestTlsPolicy()).Start();
        Assert.Equal(RecipientStatus.Delivered, (await world.Harness.SendAsync("user@a.test")).Only.Status);
        Assert.Equal(2, world.Exchanger.Connections);
        Assert.DoesNotContain("2: STARTTLS", world.Exchanger.Lines);
        Assert.Equal(TlsVerification.Clear, world.Policy.LastVerification);
        Assert.Single(world.LogOf("STARTTLS=client, error: connect failed=-1, reason="));
    }

    [Theory]
    [InlineData("old version")]
    [InlineData("weak cipher")]
    [InlineData("noise")]
    public async Task A_failed_handshake_defers_where_TLS_is_required(string fault)
    {
        await using TlsWorld world = Unable(fault, new TestTlsPolicy { Use = TlsUse.Required }).Start();
        RecordingQueue.Completion completion = await world.Harness.SendAsync("user@a.test");
        Assert.Equal((RecipientStatus.Deferred, 454), (completion.Only.Status, completion.Only.Code));
        Assert.StartsWith(
            "TLS handshake failed with mx.test [127.0.0.1]: ", completion.Only.Text, StringComparison.Ordinal);
        Assert.Equal(1, world.Exchanger.Connections);
        Assert.Empty(world.Exchanger.Mails);
    }

    [Fact]
    public async Task A_failed_handshake_defers_where_access_asks_for_TLS()
    {
        var policy = new TestTlsPolicy { OfClear = new TlsRefusal(403, "encryption too weak 0 less than 112") };
        await using TlsWorld world = Unable("noise", policy).Start();
        Assert.Equal(RecipientStatus.Deferred, (await world.Harness.SendAsync("user@a.test")).Only.Status);
        Assert.Equal(1, world.Exchanger.Connections);
    }

    [Fact]
    public async Task PERM_in_access_returns_the_mail()
    {
        await using TlsWorld world = new TlsWorld
        {
            Offer = "250 mx.test",
            Policy = { OfClear = new TlsRefusal(503, "encryption too weak 0 less than 112") },
        }.Start();
        await world.Harness.SubmitAsync("user@a.test", reversePath: string.Empty);
        RecordingQueue.Completion completion = await world.Harness.Queue.NextAsync();
        Assert.Equal(
            (RecipientStatus.Bounced, 503, "5.7.0"),
            (completion.Only.Status, completion.Only.Code, completion.Only.Enhanced));
    }

    [Fact]
    public async Task Plaintext_injected_behind_the_reply_to_starttls_is_never_taken_for_a_reply()
    {
        await using TlsWorld world = new TlsWorld().Start(line =>
            line == "STARTTLS" ? "220 2.0.0 go\r\n250-mx.test\r\n250 AUTH PLAIN" : null);
        RecordingQueue.Completion completion = await world.Harness.SendAsync("user@a.test");
        Assert.Equal(RecipientStatus.Deferred, completion.Only.Status);
        Assert.Empty(world.Exchanger.Mails);
        Assert.Equal(1, world.Exchanger.Connections); // and no second one in clear, which is what an attacker wants
        Assert.Single(world.LogOf("STARTTLS=client, error: connect failed=-1, reason=input behind the reply to STARTTLS"));
    }

    [Fact]
    public async Task What_was_offered_in_clear_counts_no_more_within_TLS()
    {
        int hello = 0;
        await using TlsWorld world = new TlsWorld().Start(line =>
            line.StartsWith("EHLO", StringComparison.Ordinal) && ++hello == 2 ? "250 mx.test" : null);
        Assert.Equal(RecipientStatus.Delivered, (await world.Harness.SendAsync("user@a.test")).Only.Status);
        Assert.DoesNotContain(world.Exchanger.Lines, l => l.Contains("BODY=", StringComparison.Ordinal));
        Assert.Equal(1, world.Exchanger.Lines.Count(static l => l.EndsWith("STARTTLS", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task No_TLS_means_none_even_where_it_is_offered()
    {
        await using TlsWorld world = new TlsWorld { Policy = { Use = TlsUse.None } }.Start();
        Assert.Equal(RecipientStatus.Delivered, (await world.Harness.SendAsync("user@a.test")).Only.Status);
        Assert.DoesNotContain("1: STARTTLS", world.Exchanger.Lines);
    }

    [Fact]
    public async Task Implicit_TLS_comes_before_the_greeting()
    {
        await using TlsWorld world =
            new TlsWorld { Policy = new TestTlsPolicy { Implicit = true }, Offer = "250 mx.test" }.Start();
        Assert.Equal(RecipientStatus.Delivered, (await world.Harness.SendAsync("user@a.test")).Only.Status);
        Assert.Equal("1: EHLO relay.test", world.Exchanger.Lines[0]);
        Assert.DoesNotContain("1: STARTTLS", world.Exchanger.Lines);
        Assert.Single(world.LogOf("verify=OK"));
    }

    [Fact]
    public async Task A_recipient_that_asks_for_more_than_its_host_fails_alone()
    {
        await using TlsWorld world = new TlsWorld
        {
            Offer = "250 mx.test",
            Policy = new TestTlsPolicy { PrivateRecipient = "private@a.test" },
        }.Start();
        await world.Harness.SubmitAsync("user@a.test private@a.test", reversePath: string.Empty);
        RecordingQueue.Completion completion = await world.Harness.Queue.NextAsync();
        Assert.Equal(
            [RecipientStatus.Delivered, RecipientStatus.Bounced],
            completion.Outcomes.OrderBy(static o => o.Ordinal).Select(static o => o.Status));
        Assert.Equal(["RCPT TO:<user@a.test>"], Assert.Single(world.Exchanger.Mails).Recipients);
    }

    [Fact]
    public async Task A_connection_with_TLS_is_used_again_and_large_content_passes_it_unchanged()
    {
        await using TlsWorld world = new TlsWorld().Start();
        string content = "Subject: large\r\n\r\n" + string.Concat(Enumerable.Repeat(new string('x', 70) + "\r\n", 20_000));
        for (int i = 0; i < 3; i++)
        {
            await world.Harness.SubmitAsync("user@a.test", content);
            Assert.Equal(RecipientStatus.Delivered, (await world.Harness.Queue.NextAsync()).Only.Status);
        }

        Assert.Equal(1, world.Exchanger.Connections);
        Assert.All(world.Exchanger.Mails, mail => Assert.EndsWith(
            content, System.Text.Encoding.ASCII.GetString(mail.Wire), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_handshake_that_hangs_is_given_up()
    {
        await using TlsWorld world = new TlsWorld { Noise = string.Empty, Policy = { Use = TlsUse.Required } }.Start();
        await world.Harness.SubmitAsync("user@a.test");
        await world.Hello;
        RecordingQueue.Completion completion =
            await world.Harness.AdvanceUntilAsync(world.Harness.Queue.NextAsync(), silent: 1);
        Assert.Equal("TLS handshake failed with mx.test [127.0.0.1]: timeout", completion.Only.Text);
    }

    [Fact]
    public async Task A_reload_puts_other_TLS_in_force_for_the_next_connection()
    {
        await using TlsWorld world = new TlsWorld().Start();
        await world.Harness.SendAsync("user@a.test");
        Assert.Contains("1: STARTTLS", world.Exchanger.Lines);
        world.Harness.Service.Reload(new DeliveryOptions { HostName = "relay.test", ConnectionsPerDestinationMax = 1 });
        world.Exchanger.CutAll();
        await world.Harness.SendAsync("user@a.test");
        Assert.DoesNotContain("2: STARTTLS", world.Exchanger.Lines);
    }

    private static TlsWorld Faulty(string fault) => new TlsWorld().With(authority =>
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        if (fault == "other authority")
        {
            using var other = new TestAuthority("Somebody Else");
            return other.Issue("mx.test");
        }

        return fault switch
        {
            "expired" => authority.Issue("mx.test", now.AddDays(-20), now.AddDays(-1)),
            "self-signed" => TestAuthority.SelfSigned("mx.test"),
            _ => authority.Issue("other.test"),
        };
    });

    private static string ProblemOf(string fault) => fault switch
    {
        "expired" => "the certificate has expired or is not yet valid",
        "self-signed" => "self-signed certificate",
        "other name" => "the certificate is for another name",
        _ => "unable to get local issuer certificate",
    };

#pragma warning disable CA1416, CA5398 // Linux has it; the versions are what is tested
    private static TlsWorld Unable(string fault, TestTlsPolicy policy) => fault switch
    {
        "old version" => new TlsWorld
        {
            Policy = policy,
            MinimumVersion = TlsMinimumVersion.Tls13,
            Versions = SslProtocols.Tls12,
        },
        "weak cipher" => new TlsWorld
        {
            Policy = policy,
            Versions = SslProtocols.Tls12,
            CipherSuites = [TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384],
            Suites = new CipherSuitesPolicy([TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA]),
        },
        _ => new TlsWorld { Policy = policy, Noise = "500 5.5.1 what is this?\r\n" },
    };
#pragma warning restore CA1416, CA5398
}
