using Relay.Queue;
using static Relay.Testing.ScriptedMailExchanger;

namespace Relay.Delivery.Tests.Mx;

/// <summary>MX records that name ourselves (RFC 5321 §5.1; Sendmail: "MX list points back"), every rule.</summary>
public sealed class PointsBackTests
{
    private static readonly Func<string, string?>?[] _one = [null];
    private static readonly Func<string, string?>?[] _two = [null, null];

    [Fact]
    public async Task We_and_every_host_not_better_than_us_are_dropped()
    {
        await using MxWorld world = await MxWorld.StartAsync(
            "d IN MX 10 a\nd IN MX 20 us\nd IN MX 20 b\nd IN MX 30 c\na IN A @0\nus IN A @1\nb IN A @1\nc IN A @2",
            _two, null, "us.test");
        RecordingQueue.Outcome outcome = await world.SendAsync("user@d.test");
        Assert.Equal(RecipientStatus.Deferred, outcome.Status);
        Assert.StartsWith("Connection refused by a.test [127.", outcome.Text, StringComparison.Ordinal);
        Assert.Equal(0, world.Exchangers.Sum(static e => e.Connections));
    }

    [Fact]
    public async Task Better_hosts_than_us_get_the_mail()
    {
        await using MxWorld world = await MxWorld.StartAsync(
            "d IN MX 10 a\nd IN MX 20 US\na IN A @1\nus IN A @0", _one, null, "us.test");
        Assert.Equal(RecipientStatus.Delivered, (await world.SendAsync("user@d.test")).Status);
    }

    [Theory]
    [InlineData("d IN MX 10 us\nd IN MX 20 a\na IN A @1")]
    [InlineData("d IN MX 10 us\nd IN MX 10 a\na IN A @1")]
    [InlineData("d IN MX 10 us")]
    public async Task If_nothing_is_left_it_is_a_local_configuration_error_and_final(string records)
    {
        await using MxWorld world = await MxWorld.StartAsync(records, _one, null, "relay.test", "us.test");
        RecordingQueue.Outcome outcome = await world.SendAsync("user@d.test");
        Assert.Equal(
            (RecipientStatus.Bounced, 554, "5.3.5"), (outcome.Status, outcome.Code, outcome.Enhanced));
        Assert.Equal("MX list for d.test points back to us.test (Local configuration error)", outcome.Text);
        Assert.Contains(
            world.Harness.Log.Lines,
            static l => l.Contains("SYSERR: MX list for d.test. points back to us.test", StringComparison.Ordinal));
        Assert.Equal(0, world.Exchangers[0].Connections);
    }

    [Fact]
    public async Task A_domain_that_is_an_alias_of_ourselves_points_back()
    {
        await using MxWorld world = await MxWorld.StartAsync("d IN CNAME us\nus IN A @1", _one, null, "us.test");
        Assert.Equal(554, (await world.SendAsync("user@d.test")).Code);
    }

    [Fact]
    public async Task Try_null_mx_list_goes_to_the_domains_own_address()
    {
        await using MxWorld world = await MxWorld.StartAsync(
            "d IN MX 10 us\nd IN A @1",
            _one,
            static _ => new DeliveryOptions { HostName = "relay.test", TryNullMxList = true },
            "us.test");
        Assert.Equal(RecipientStatus.Delivered, (await world.SendAsync("user@d.test")).Status);
    }

    [Fact]
    public async Task A_mail_host_that_greets_with_our_name_is_a_loop_and_final()
    {
        await using MxWorld world = await MxWorld.StartAsync(
            "d IN MX 10 a\na IN A @1", [static line => line == Connected ? "220 relay.test ESMTP" : null]);
        RecordingQueue.Outcome outcome = await world.SendAsync("user@d.test");
        Assert.Equal(
            (RecipientStatus.Bounced, 553, "5.3.5", "relay.test config error: mail loops back to me (MX problem?)"),
            (outcome.Status, outcome.Code, outcome.Enhanced, outcome.Text));
    }
}
