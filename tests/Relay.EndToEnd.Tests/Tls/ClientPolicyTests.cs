namespace Relay.EndToEnd.Tests.Tls;

/// <summary>
/// What TLS a next hop must have, by <c>delivery.tls.policies</c> and by <c>access</c> (Sendmail: Try_TLS, TLS_Srv,
/// TLS_Rcpt), of the real program with real handshakes.
/// </summary>
public sealed class ClientPolicyTests(ClientPolicyWorld world) : IClassFixture<ClientPolicyWorld>
{
    [Theory]
    [InlineData("x@none.example", false)]
    [InlineData("x@may-good.example", true)]
    [InlineData("x@may-faulty.example", true)]
    [InlineData("x@may-clear.example", false)]
    [InlineData("x@may-old.example", false)] // the handshake failed
    [InlineData("x@encrypt-faulty.example", true)]
    [InlineData("x@verify-good.example", true)]
    [InlineData("x@known.example", true)]
    public async Task A_level_lets_mail_pass_over_TLS_or_in_clear(string recipient, bool isTls) =>
        await AssertDeliveredAsync(recipient, isTls);

    [Theory]
    [InlineData("x@encrypt-clear.example", "TLS is required, but was not offered by encrypt-clear.test")]
    [InlineData("x@encrypt-old.example", "TLS handshake failed with encrypt-old.test")]
    [InlineData("x@verify-faulty.example", "server certificate not verified: self-signed certificate")]
    [InlineData("x@verify-clear.example", "TLS is required, but was not offered by verify-clear.test")]
    [InlineData("x@unknown.example", "server certificate has none of the fingerprints that are expected")]
    public async Task A_level_that_is_not_met_keeps_mail_in_the_queue_and_nothing_goes_out(
        string recipient, string reason) => await AssertFailedAsync(recipient, "deferred", reason);

    [Theory]
    [InlineData("x@try.example", false)]
    [InlineData("x@srv-good.example", true)]
    [InlineData("x@rcpt.example", true)]
    public async Task What_access_asks_for_and_gets_lets_mail_pass(string recipient, bool isTls) =>
        await AssertDeliveredAsync(recipient, isTls);

    [Theory]
    [InlineData("x@srv-clear.example", "deferred", "encryption too weak 0 less than 112")]
    [InlineData("x@srv-faulty.example", "deferred", "authentication failed")]
    [InlineData("x@srv-perm.example", "bounced", "authentication failed")]
    [InlineData("vip@rcpt.example", "deferred", "authentication failed")]
    public async Task What_access_asks_for_in_vain_defers_mail_or_returns_it_behind_PERM(
        string recipient, string outcome, string reason) => await AssertFailedAsync(recipient, outcome, reason);

    private async Task AssertDeliveredAsync(string recipient, bool isTls)
    {
        string line = await world.SendAsync(recipient);
        Assert.Contains(" delivered ", line, StringComparison.Ordinal);
        Assert.True(world.CameOverTls(recipient) == isTls, $"{world.CameOverTls(recipient)}: {line}");
    }

    private async Task AssertFailedAsync(string recipient, string outcome, string reason)
    {
        string line = await world.SendAsync(recipient);
        Assert.Contains($" {outcome} ", line, StringComparison.Ordinal);
        Assert.Contains(reason, line, StringComparison.Ordinal);
        Assert.Null(world.CameOverTls(recipient));
    }
}
