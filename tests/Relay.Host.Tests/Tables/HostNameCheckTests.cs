using System.Net;
using Relay.Dns;
using Relay.Host.Tables;
using Relay.Host.Tests.Sendmail;

namespace Relay.Host.Tests.Tables;

/// <summary>
/// Whether other servers will believe our name ("Sendmail relay configuration on AIX": the DNS records).
/// </summary>
public class HostNameCheckTests
{
    private static readonly IPAddress Own = IPAddress.Parse("192.168.1.1");

    [Fact]
    public async Task A_full_name_with_an_address_of_this_machine_that_leads_back_is_right() =>
        Assert.Empty(await CheckAsync(
            "mail1.koo.fi",
            new ZoneResolver().WithAddress("mail1.koo.fi", "192.168.1.1").WithPointer("192.168.1.1", "Mail1.koo.fi")));

    [Fact]
    public async Task A_name_without_a_domain_is_told() =>
        Assert.Contains(
            "has no domain", Assert.Single(await CheckAsync("mail1", new ZoneResolver())), StringComparison.Ordinal);

    [Fact]
    public async Task A_name_without_an_address_is_told() =>
        Assert.Contains(
            "has no A or AAAA record",
            Assert.Single(await CheckAsync("mail1.koo.fi", new ZoneResolver())),
            StringComparison.Ordinal);

    [Fact]
    public async Task An_address_of_another_machine_is_told() =>
        Assert.Contains(
            "none of this machine's",
            Assert.Single(await CheckAsync(
                "mail1.koo.fi",
                new ZoneResolver()
                    .WithAddress("mail1.koo.fi", "192.168.1.2").WithPointer("192.168.1.2", "mail1.koo.fi"))),
            StringComparison.Ordinal);

    [Theory]
    [InlineData(null, "has the name of nobody")]
    [InlineData("mail2.koo.fi", "has the name mail2.koo.fi")]
    public async Task An_address_without_a_name_or_with_another_is_told(string? name, string told)
    {
        ZoneResolver dns = new ZoneResolver().WithAddress("mail1.koo.fi", "192.168.1.1");
        if (name is not null)
        {
            dns.WithPointer("192.168.1.1", name);
        }

        Assert.Contains(told, Assert.Single(await CheckAsync("mail1.koo.fi", dns)), StringComparison.Ordinal);
    }

    private static Task<IReadOnlyList<string>> CheckAsync(string hostName, IDnsResolver dns) =>
        HostNameCheck.RunAsync(hostName, [Own], dns, TestContext.Current.CancellationToken);
}
