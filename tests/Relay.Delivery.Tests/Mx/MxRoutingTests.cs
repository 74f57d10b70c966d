using Relay.Queue;
using Relay.Routing.Routes;
using static Relay.Testing.ScriptedMailExchanger;

namespace Relay.Delivery.Tests.Mx;

/// <summary>
/// Delivery by MX with a real name server (RFC 5321 §5.1, RFC 7505; Sendmail: "DNS MX delivery"), every rule.
/// </summary>
public sealed class MxRoutingTests
{
    private static readonly Func<string, string?>?[] _one = [null];
    private static readonly Func<string, string?>?[] _two = [null, null];

    [Fact]
    public async Task The_host_of_the_lowest_preference_gets_the_mail()
    {
        await using MxWorld world = await MxWorld.StartAsync(
            "d IN MX 20 b\nd IN MX 10 a\na IN A @1\nb IN A @2", _two);
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(RecipientStatus.Delivered, (await world.SendAsync("user@d.test")).Status);
        }

        Assert.Equal([5, 0], world.Counts);
    }

    [Fact]
    public async Task A_worse_host_gets_it_when_the_better_one_is_down()
    {
        await using MxWorld world = await MxWorld.StartAsync("d IN MX 10 a\nd IN MX 20 b\na IN A @0\nb IN A @1", _one);
        Assert.Equal(RecipientStatus.Delivered, (await world.SendAsync("user@d.test")).Status);
    }

    [Fact]
    public async Task A_worse_host_gets_it_when_the_better_one_has_no_address()
    {
        await using MxWorld world = await MxWorld.StartAsync("d IN MX 10 gone\nd IN MX 20 b\nb IN A @1", _one);
        Assert.Equal(RecipientStatus.Delivered, (await world.SendAsync("user@d.test")).Status);
    }

    [Theory]
    [InlineData("421 4.3.2 down")]
    [InlineData("554 5.3.2 no service")]
    public async Task A_worse_host_gets_it_when_the_better_one_greets_with_a_refusal(string greeting)
    {
        await using MxWorld world = await MxWorld.StartAsync(
            "d IN MX 10 a\nd IN MX 20 b\na IN A @1\nb IN A @2",
            [line => line == Connected ? greeting : null, null]);
        Assert.Equal(RecipientStatus.Delivered, (await world.SendAsync("user@d.test")).Status);
        Assert.Equal([0, 1], world.Counts);
    }

    [Fact]
    public async Task Hosts_of_equal_preference_share_the_mail()
    {
        await using MxWorld world = await MxWorld.StartAsync(
            "d IN MX 10 a\nd IN MX 10 b\na IN A @1\nb IN A @2",
            _two,
            static _ => new DeliveryOptions { HostName = "relay.test", MessagesPerConnectionMax = 1 });
        for (int i = 0; i < 40; i++)
        {
            await world.SendAsync("user@d.test");
        }

        Assert.Equal(40, world.Counts.Sum());
        Assert.InRange(world.Counts[0], 5, 35);
    }

    [Fact]
    public async Task An_existing_connection_is_preferred_among_equals()
    {
        await using MxWorld world = await MxWorld.StartAsync(
            "d IN MX 10 a\nd IN MX 10 b\na IN A @1\nb IN A @2", _two);
        for (int i = 0; i < 20; i++)
        {
            await world.SendAsync("user@d.test");
        }

        Assert.Equal([0, 20], world.Counts.Order());
        Assert.Equal(1, world.Exchangers.Sum(static e => e.Connections));
    }

    [Fact]
    public async Task All_addresses_of_a_host_are_tried_before_the_next_host()
    {
        await using MxWorld world = await MxWorld.StartAsync(
            "d IN MX 10 a\nd IN MX 20 b\na IN A @0\na IN A @1\nb IN A @2", _two);
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(RecipientStatus.Delivered, (await world.SendAsync("user@d.test")).Status);
            world.Exchangers[0].CutAll();
        }

        Assert.Equal([5, 0], world.Counts);
    }

    [Fact]
    public async Task Ipv6_is_tried_first_and_ipv4_after_it()
    {
        await using MxWorld world = await MxWorld.StartAsync("d IN MX 10 a\na IN AAAA 100::1\na IN A @1", _one);
        Assert.Equal(RecipientStatus.Delivered, (await world.SendAsync("user@d.test")).Status);
    }

    [Fact]
    public async Task A_host_named_twice_is_tried_once()
    {
        await using MxWorld world = await MxWorld.StartAsync(
            "d IN MX 10 a\nd IN MX 20 A\nd IN MX 30 b\na IN A @1\nb IN A @2",
            [static line => line == Connected ? "421 4.3.2 down" : null, null]);
        Assert.Equal(RecipientStatus.Delivered, (await world.SendAsync("user@d.test")).Status);
        Assert.Equal(1, world.Exchangers[0].Connections);
    }

    [Fact]
    public async Task More_than_a_hundred_hosts_are_cut_to_the_best_hundred()
    {
        string[] records =
        [
            .. Enumerable.Range(1, 120).Select(static i => $"d IN MX {i} h{i}"), "h100 IN A @1", "h101 IN A @2",
        ];
        await using MxWorld world = await MxWorld.StartAsync(string.Join('\n', records), _two);
        Assert.Equal(RecipientStatus.Delivered, (await world.SendAsync("user@d.test")).Status);
        Assert.Equal([1, 0], world.Counts);

        await using MxWorld other = await MxWorld.StartAsync(
            string.Join('\n', records).Replace("h100 IN A @1", "h102 IN A @1", StringComparison.Ordinal), _two);
        Assert.Equal(RecipientStatus.Bounced, (await other.SendAsync("user@d.test")).Status);
    }

    [Fact]
    public async Task A_domain_without_mx_is_its_own_host()
    {
        await using MxWorld world = await MxWorld.StartAsync("d IN A @1", _one);
        Assert.Equal(RecipientStatus.Delivered, (await world.SendAsync("user@d.test")).Status);
    }

    [Fact]
    public async Task A_domain_that_is_an_alias_has_the_mx_of_what_it_stands_for()
    {
        await using MxWorld world = await MxWorld.StartAsync(
            "d IN CNAME e\ne IN MX 10 a\nf IN CNAME a\na IN A @1", _one);
        Assert.Equal(RecipientStatus.Delivered, (await world.SendAsync("user@d.test")).Status);
        Assert.Equal(RecipientStatus.Delivered, (await world.SendAsync("user@f.test")).Status);
    }

    [Fact]
    public async Task Null_mx_is_refused_with_556_even_with_an_address_and_a_fallback()
    {
        await using MxWorld world = await MxWorld.StartAsync("d IN MX 0 .\nd IN A @1", _one, Fallback("backup.test"));
        RecordingQueue.Outcome outcome = await world.SendAsync("user@d.test");
        Assert.Equal(
            (RecipientStatus.Bounced, 556, "5.1.10", "Host does not accept mail: MX 0 ."),
            (outcome.Status, outcome.Code, outcome.Enhanced, outcome.Text));
        Assert.Equal(0, world.Harness.Queue.Statistics.Messages);
    }

    [Fact]
    public async Task A_domain_that_does_not_exist_is_refused_with_550_even_with_a_fallback()
    {
        await using MxWorld world = await MxWorld.StartAsync("backup IN A @1", _one, Fallback("backup.test"));
        RecordingQueue.Outcome outcome = await world.SendAsync("user@gone.test");
        Assert.Equal(
            (RecipientStatus.Bounced, 550, "5.1.2", "Host unknown (Name server: gone.test: host not found)"),
            (outcome.Status, outcome.Code, outcome.Enhanced, outcome.Text));
        Assert.Equal([0], world.Counts);
    }

    [Fact]
    public async Task A_domain_with_neither_mx_nor_address_is_refused_with_550()
    {
        await using MxWorld world = await MxWorld.StartAsync("d IN TXT nothing", _one);
        RecordingQueue.Outcome outcome = await world.SendAsync("user@d.test");
        Assert.Equal(
            (RecipientStatus.Bounced, 550, "5.1.2", "Host unknown (Name server: d.test: host not found)"),
            (outcome.Status, outcome.Code, outcome.Enhanced, outcome.Text));
    }

    [Fact]
    public async Task A_domain_whose_mail_hosts_all_have_no_address_is_refused_with_550()
    {
        await using MxWorld world = await MxWorld.StartAsync("d IN MX 1 gone\nd IN MX 2 lost", _one);
        RecordingQueue.Outcome outcome = await world.SendAsync("user@d.test");
        Assert.Equal((RecipientStatus.Bounced, 550, "5.1.2"), (outcome.Status, outcome.Code, outcome.Enhanced));
    }

    [Fact]
    public async Task A_mail_host_that_cannot_be_looked_up_for_now_defers()
    {
        await using MxWorld world = await MxWorld.StartAsync("d IN MX 1 gone\nd IN MX 2 mx.refused.", _one);
        RecordingQueue.Outcome outcome = await world.SendAsync("user@d.test");
        Assert.Equal(
            (RecipientStatus.Deferred, "4.4.3", "Name server: mx.refused: host name lookup failure"),
            (outcome.Status, outcome.Enhanced, outcome.Text));
    }

    [Fact]
    public async Task A_failure_of_the_name_server_defers()
    {
        await using MxWorld world = await MxWorld.StartAsync("d IN A @1", _one);
        RecordingQueue.Outcome outcome = await world.SendAsync("user@refused.example");
        Assert.Equal(
            (RecipientStatus.Deferred, "4.4.3", "Name server: refused.example: host name lookup failure"),
            (outcome.Status, outcome.Enhanced, outcome.Text));
        Assert.Equal(1, world.Harness.Queue.Statistics.Messages);
    }

    [Fact]
    public async Task A_failure_of_the_name_server_goes_to_the_fallback()
    {
        await using MxWorld world = await MxWorld.StartAsync(
            "backup IN MX 5 a\na IN A @1", _one, Fallback("backup.test"));
        Assert.Equal(RecipientStatus.Delivered, (await world.SendAsync("user@refused.example")).Status);
    }

    [Fact]
    public async Task The_fallback_is_tried_when_every_mail_host_is_down()
    {
        await using MxWorld world = await MxWorld.StartAsync(
            "d IN MX 10 a\na IN A @0\nbackup IN A @1", _one, Fallback("backup.test"));
        Assert.Equal(RecipientStatus.Delivered, (await world.SendAsync("user@d.test")).Status);
    }

    [Fact]
    public async Task Recipients_of_one_message_have_each_their_own_outcome()
    {
        await using MxWorld world = await MxWorld.StartAsync(
            "d IN MX 10 a\ne IN MX 10 b\nn IN MX 0 .\na IN A @1\nb IN A @2", _two);
        await world.Harness.SubmitAsync(
            "one@d.test two@e.test three@gone.test four@n.test five@refused.example", reversePath: string.Empty);
        var outcomes = new List<(int Ordinal, RecipientStatus Status, int Code)>();
        while (outcomes.Count < 5)
        {
            RecordingQueue.Completion completion = await world.Harness.Queue.NextAsync();
            outcomes.AddRange(completion.Outcomes.Select(static o => (o.Ordinal, o.Status, o.Code)));
        }

        Assert.Equal(
            [
                (0, RecipientStatus.Delivered, 250), (1, RecipientStatus.Delivered, 250),
                (2, RecipientStatus.Bounced, 550), (3, RecipientStatus.Bounced, 556),
                (4, RecipientStatus.Deferred, 451),
            ],
            outcomes.Order());
        Assert.Equal([1, 1], world.Counts);
    }

    [Fact]
    public async Task A_backup_does_not_keep_the_mail_when_the_best_host_is_back()
    {
        bool up = false;
        await using MxWorld world = await MxWorld.StartAsync(
            "d IN MX 10 a\nd IN MX 20 b\na IN A @1\nb IN A @2",
            [line => line == Connected && !Volatile.Read(ref up) ? "421 4.3.2 down" : null, null]);
        await world.SendAsync("user@d.test");
        Volatile.Write(ref up, true);
        for (int i = 0; i < 40 && world.Counts[0] == 0; i++)
        {
            Assert.Equal(RecipientStatus.Delivered, (await world.SendAsync("user@d.test")).Status);
            world.Harness.Time.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.InRange(world.Counts[1], 28, 33);
    }

    [Fact]
    public async Task Lists_of_a_route_are_tried_in_order_and_names_without_brackets_by_their_mx()
    {
        await using MxWorld world = await MxWorld.StartAsync(
            "h1 IN MX 10 dead\nh1 IN MX 20 a\ndead IN A @0\na IN A @1\nh2 IN A @2", _two);
        int port = world.Exchangers[0].Port;
        world.Harness.Routes["list.test"] = new Route(
            RouteKind.Smtp,
            "smtp:h1.test:[h2.test]",
            [new NextHop("h1.test", port, UseMx: true, 0), new NextHop("h2.test", port, UseMx: false, 1)]);
        Assert.Equal(RecipientStatus.Delivered, (await world.SendAsync("user@list.test")).Status);
        Assert.Equal([1, 0], world.Counts);
        Assert.Equal("smtp:h1.test:[h2.test]", world.Harness.Service.SummarizeDestinations().Single().Name);
    }

    [Fact]
    public async Task A_name_in_brackets_is_not_looked_up_by_mx()
    {
        await using MxWorld world = await MxWorld.StartAsync("h IN MX 10 a\na IN A @1\nh IN A @2", _two);
        world.Harness.Routes["d.test"] = new Route(
            RouteKind.Smtp, "smtp:[h.test]", [new NextHop("h.test", world.Exchangers[0].Port, UseMx: false, 0)]);
        Assert.Equal(RecipientStatus.Delivered, (await world.SendAsync("user@d.test")).Status);
        Assert.Equal([0, 1], world.Counts);
    }

    [Fact]
    public async Task A_smart_host_that_does_not_exist_defers_as_the_fault_is_ours()
    {
        await using MxWorld world = await MxWorld.StartAsync("d IN A @1", _one);
        world.Harness.Routes["d.test"] = new Route(
            RouteKind.Smtp, "relay:typo.test", [new NextHop("typo.test", 25, UseMx: true, 0)]);
        RecordingQueue.Outcome outcome = await world.SendAsync("user@d.test");
        Assert.Equal(
            (RecipientStatus.Deferred, "4.1.2", "Host unknown (Name server: typo.test: host not found)"),
            (outcome.Status, outcome.Enhanced, outcome.Text));
    }

    [Fact]
    public async Task A_fallback_smart_host_of_the_route_serves_domains_that_the_dns_does_not_know()
    {
        await using MxWorld world = await MxWorld.StartAsync("hub IN A @1", _one);
        int port = world.Exchangers[0].Port;
        world.Harness.Routes["outside.test"] = new Route(
            RouteKind.Smtp,
            "mx:outside.test|smtp:[hub.test]",
            [new NextHop("outside.test", port, UseMx: true, 0), new NextHop("hub.test", port, UseMx: false, 1)])
        {
            IsMxRoute = true,
        };
        Assert.Equal(RecipientStatus.Delivered, (await world.SendAsync("user@outside.test")).Status);
    }

    [Fact]
    public async Task Domains_are_found_in_any_case_and_as_u_labels()
    {
        await using MxWorld world = await MxWorld.StartAsync("xn--bcher-kva IN MX 1 a\na IN A @1", _one);
        Assert.Equal(RecipientStatus.Delivered, (await world.SendAsync("user@bücher.TEST")).Status);
        Assert.Equal(RecipientStatus.Delivered, (await world.SendAsync("user@XN--BCHER-KVA.test")).Status);
        Assert.Equal(1, world.Exchangers[0].Connections);
    }

    private static Func<int, DeliveryOptions> Fallback(string host) => port => new DeliveryOptions
    {
        HostName = "relay.test",
        FallbackMx = [new NextHop(host, port, UseMx: true, 0)],
    };
}
