using Relay.Delivery.Tests.Authentication;
using Relay.Queue;
using Relay.Testing.Tls;

namespace Relay.Delivery.Tests.Tls;

/// <summary>A password is shown to a server that is surely the one that was meant, and to nobody else.</summary>
public sealed class ClientAuthUnderTlsTests
{
    [Theory]
    [InlineData("PLAIN")]
    [InlineData("LOGIN PLAIN")]
    public async Task A_self_signed_certificate_is_shown_no_password_and_the_mail_waits(string mechanisms)
    {
        await using TlsWorld world = Start(mechanisms, isSelfSigned: true);
        RecordingQueue.Completion completion = await world.Harness.SendAsync("user@a.test");
        Assert.Equal(RecipientStatus.Deferred, completion.Only.Status);
        Assert.DoesNotContain(world.Exchanger.Lines, static l => l.Contains("AUTH", StringComparison.Ordinal));
        string reason = Assert.Single(world.Harness.Service.SummarizeSuspensions()).Reason;
        Assert.Contains("its certificate is not verified", reason, StringComparison.Ordinal);
        Assert.Contains("auth.allowUnverifiedServers", reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_verified_certificate_is_shown_it() =>
        await AssertAuthenticatesAsync(Start("PLAIN", isSelfSigned: false));

    [Fact]
    public async Task A_certificate_whose_fingerprint_is_known_is_shown_it() => await AssertAuthenticatesAsync(
        Start("PLAIN", isSelfSigned: true, static world => world.Policy.KnowsFingerprint = true));

    [Fact]
    public async Task By_the_option_any_certificate_is_shown_it() => await AssertAuthenticatesAsync(
        Start("PLAIN", isSelfSigned: true, static world => world.AllowsUnverified = true));

    [Fact]
    public async Task Mechanisms_that_do_not_show_the_secret_need_no_verified_certificate()
    {
        await using TlsWorld world = Start("PLAIN CRAM-MD5", isSelfSigned: true);
        await world.Harness.SendAsync("user@a.test");
        Assert.Contains("1: AUTH CRAM-MD5", world.Exchanger.Lines);
        Assert.DoesNotContain(world.Exchanger.Lines, static l => l.Contains("PLAIN", StringComparison.Ordinal));
    }

    private static async Task AssertAuthenticatesAsync(TlsWorld started)
    {
        await using TlsWorld world = started;
        Assert.Equal(RecipientStatus.Delivered, (await world.Harness.SendAsync("user@a.test")).Only.Status);
        Assert.Contains(world.Exchanger.Lines, static l => l.StartsWith("1: AUTH PLAIN ", StringComparison.Ordinal));
    }

    private static TlsWorld Start(string mechanisms, bool isSelfSigned, Action<TlsWorld>? change = null)
    {
        var world = new TlsWorld
        {
            Offer = $"250-mx.test\r\n250-STARTTLS\r\n250 AUTH {mechanisms}",
            Credentials = ScriptedCredentials.Of("secret"),
        };
        if (isSelfSigned)
        {
            world.With(static _ => TestAuthority.SelfSigned("mx.test"));
        }

        change?.Invoke(world);
        return world.Start(static line => line.StartsWith("AUTH PLAIN", StringComparison.Ordinal) ? "235 2.7.0 ok"
            : line.StartsWith("AUTH", StringComparison.Ordinal) ? "535 5.7.8 no"
            : null);
    }
}
