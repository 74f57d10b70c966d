namespace Relay.EndToEnd.Tests.Rules;

/// <summary>
/// <c>FEATURE(relay_hosts_only)</c>: names that permit relaying do so exactly; all else is as without.
/// </summary>
public sealed class RelayHostsOnlyTests(ExactPermissionWorld world) : IClassFixture<ExactPermissionWorld>
{
    [Theory]
    [InlineData("a@hosted.example", true)]
    [InlineData("a@sub.hosted.example", false)]
    [InlineData("a@target.example", true)]
    [InlineData("a@sub.target.example", false)]
    [InlineData("a%second.example@hosted.example", true)]
    [InlineData("a%sub.second.example@hosted.example", false)]
    public async Task C24_Domains_in_class_R_and_in_access_To_are_relayed_to_exactly(string recipient, bool passes) =>
        Assert.StartsWith(
            passes ? "250" : "550 5.7.1", await world.AskAsync(RuleWorld.Stranger, recipient),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("inside.example", true)]
    [InlineData("pc.inside.example", false)]
    [InlineData("name.example", true)]
    [InlineData("pc.name.example", false)]
    public async Task Names_of_clients_count_exactly(string name, bool relays) =>
        Assert.Equal(relays, await world.MayRelayAsync(PermissionWorld.AddressOf(name)));

    [Theory]
    [InlineData("10.1.2.3")]
    [InlineData("203.0.113.9")]
    public async Task Prefixes_of_addresses_count_as_before(string client) =>
        Assert.True(await world.MayRelayAsync(client));

    [Fact]
    public async Task REJECT_counts_for_all_below_a_domain_as_before()
    {
        Assert.Equal(
            "550 5.7.1 <a@sub.gone.example>... Access denied",
            await world.AskAsync(RuleWorld.Stranger, "a@hosted.example", "a@sub.gone.example"));
        Assert.Equal(
            "550 5.7.1 Access denied",
            await world.AskAsync(PermissionWorld.AddressOf("pc.gone.example"), "a@hosted.example"));
    }
}
