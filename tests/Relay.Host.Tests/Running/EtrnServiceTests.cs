using System.Net;
using Relay.Host.Admin;
using Relay.Host.Running;
using Relay.Host.Tests.Admin;
using Relay.Host.Tests.Tables;
using Relay.Routing;
using Relay.Routing.Routes;
using Relay.Server.Policies;

namespace Relay.Host.Tests.Running;

/// <summary>ETRN (RFC 1985): only who may relay can make the relay walk its queue.</summary>
public class EtrnServiceTests
{
    [Theory]
    [InlineData("127.0.0.1", "d.example", 0, EtrnResult.Started)]
    [InlineData("127.0.0.1", "d.example", '@', EtrnResult.Started)]
    [InlineData("127.0.0.1", "queue", '#', EtrnResult.NotAllowed)]
    [InlineData("127.0.0.2", "d.example", 0, EtrnResult.NotAllowed)]
    public async Task Strangers_and_named_queues_are_not_served(string client, string node, int option, EtrnResult expected)
    {
        await using var fixture = new AdminFixture();
        using var folder = new TableFolder();
        RoutingHolder rules = folder.Rules().Holder;
        await fixture.AddAsync("a@b.example", "c@d.example");
        using var flush = new QueueFlush(fixture.Queue, new RouteResolver(rules), _ => { });
        var service = new EtrnService(rules, flush);
        var identity = new ClientIdentity(IPAddress.Parse(client), 1, "MTA");

        Assert.Equal(expected, service.Start(identity, System.Text.Encoding.ASCII.GetBytes(node), (byte)option));
        if (expected == EtrnResult.Started)
        {
            await fixture.WhenReadyAsync();
        }
    }
}
