using System.Net;
using Relay.Delivery.Destinations;
using Relay.Delivery.Rules;
using Relay.Queue;
using Relay.Routing.Routes;
using Relay.Smtp;
using Relay.Testing;

namespace Relay.Delivery.Tests.Destinations;

/// <summary>
/// Mail goes on from the address that it came in on where its listener wants that (Sendmail: DaemonPortOptions, M=b), as
/// the next hop sees it: the address that its accepted socket's peer has.
/// </summary>
public sealed class ArrivalTests
{
    [Fact]
    public async Task Mail_is_sent_from_the_address_that_it_came_in_on_and_other_mail_as_ever()
    {
        await using var exchanger = new ScriptedMailExchanger();
        await using DeliveryHarness harness = Open(exchanger.Port);
        await SendAsync(harness, "127.0.0.5");
        await SendAsync(harness, null);
        Assert.Equal(["127.0.0.5", "127.0.0.1"], exchanger.Clients.Select(static c => c.Address.ToString()));
    }

    [Fact]
    public async Task A_connection_is_used_again_for_mail_of_its_address_alone()
    {
        await using var exchanger = new ScriptedMailExchanger();
        await using DeliveryHarness harness = Open(exchanger.Port, DeliveryHarness.OneConnection);
        for (int i = 0; i < 4; i++)
        {
            await SendAsync(harness, "127.0.0.5");
            await SendAsync(harness, "127.0.0.6");
            await SendAsync(harness, null);
        }

        Assert.Equal(["127.0.0.5", "127.0.0.6", "127.0.0.1"], exchanger.Clients.Select(static c => $"{c.Address}"));
        CheckSources(exchanger, 12);
    }

    [Fact]
    public async Task Mail_in_one_pipeline_is_of_one_address()
    {
        using var gate = new ManualResetEventSlim();
        await using var exchanger = new ScriptedMailExchanger(line =>
        {
            if (line == ScriptedMailExchanger.Connected)
            {
                gate.Wait(TimeSpan.FromSeconds(60));
            }

            return null;
        });
        await using DeliveryHarness harness = Open(exchanger.Port, DeliveryHarness.OneConnection);
        for (int i = 0; i < 20; i++)
        {
            await SubmitAsync(harness, "127.0.0.5");
            await SubmitAsync(harness, null);
            await SubmitAsync(harness, "127.0.0.6");
        }

        gate.Set();
        for (int i = 0; i < 60; i++)
        {
            Assert.Equal(RecipientStatus.Delivered, (await harness.Queue.NextAsync()).Only.Status);
        }

        Assert.True(exchanger.DotsWithMore > 0);
        CheckSources(exchanger, 60);
    }

    [Fact]
    public async Task What_a_rule_says_about_a_destinations_sources_counts_more()
    {
        await using var exchanger = new ScriptedMailExchanger();
        Assert.True(SourcePool.TryParse("127.0.0.8", out SourcePool pool));
        Assert.True(DestinationPattern.TryParse("*", out DestinationPattern pattern));
        await using DeliveryHarness harness = Open(exchanger.Port, new DeliveryOptions
        {
            HostName = "relay.test",
            DestinationRules = [new DestinationRule { Patterns = [pattern], Origin = "test", Sources = pool }],
        });
        await SendAsync(harness, "127.0.0.5");
        Assert.Equal("127.0.0.8", Assert.Single(exchanger.Clients).Address.ToString());
    }

    [Theory]
    [InlineData("::1")] // of the other family
    [InlineData("2001:db8::5")]
    [InlineData("192.0.2.55")] // not of this machine
    public async Task An_address_that_cannot_be_it_leaves_the_source_to_the_system(string address)
    {
        await using var exchanger = new ScriptedMailExchanger();
        await using DeliveryHarness harness = Open(exchanger.Port);
        await SendAsync(harness, address);
        Assert.Equal("127.0.0.1", Assert.Single(exchanger.Clients).Address.ToString());
    }

    [Fact]
    public async Task That_an_address_is_gone_is_told_once()
    {
        await using var exchanger = new ScriptedMailExchanger();
        await using DeliveryHarness harness = Open(exchanger.Port, new DeliveryOptions
        {
            HostName = "relay.test",
            MessagesPerConnectionMax = 1,
        });
        await SendAsync(harness, "192.0.2.55");
        await SendAsync(harness, "192.0.2.55");
        Assert.Equal(2, exchanger.Connections);
        Assert.Single(harness.Log.Lines, static l => l.Contains(
            "mail that came in on 192.0.2.55 is sent from another address: ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("192.0.2.1", "198.51.100.1", true)]
    [InlineData("192.0.2.1", "127.0.0.1", true)]
    [InlineData("127.0.0.5", "127.0.0.1", true)]
    [InlineData("127.0.0.5", "198.51.100.1", false)] // it would lead nowhere
    [InlineData("::1", "2001:db8::1", false)]
    [InlineData("2001:db8::9", "2001:db8::1", true)]
    [InlineData("2001:db8::9", "192.0.2.1", false)]
    public void An_address_of_the_loopback_net_counts_for_next_hops_there_alone(string own, string nextHop, bool counts)
    {
        IPAddress? source = Of(own, ArrivalUses.SourceAddress).SourceFor(IPAddress.Parse(nextHop));
        Assert.Equal(counts ? own : null, source?.ToString());
        Assert.Null(Of(own, ArrivalUses.HelloName).SourceFor(IPAddress.Parse(nextHop)));
    }

    [Fact]
    public void Routes_that_lead_to_no_host_have_no_use_for_it()
    {
        Assert.True(Of("192.0.2.1", ArrivalUses.SourceAddress, RouteKind.Error).IsNone);
        Assert.True(Of("192.0.2.1", ArrivalUses.SourceAddress, RouteKind.Discard).IsNone);
        Assert.Equal(
            Of("192.0.2.1", ArrivalUses.SourceAddress), Of("192.0.2.1", ArrivalUses.SourceAddress, RouteKind.Lmtp));
        Assert.NotEqual(Of("192.0.2.1", ArrivalUses.SourceAddress), Of("192.0.2.1", ArrivalUses.HelloName));
        Assert.NotEqual(
            Of("192.0.2.1", ArrivalUses.SourceAddress), Of("::c000:201", ArrivalUses.SourceAddress));
    }

    [Fact]
    public async Task Deferred_mail_goes_on_from_its_address_at_the_next_attempt_and_in_the_next_life()
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("relay-arrival-");
        var time = new ManualTimeProvider();
        bool isDown = true;
        await using var exchanger = new ScriptedMailExchanger(
            line => isDown && line.StartsWith("RCPT", StringComparison.Ordinal) ? "451 4.2.0 Later" : null);
        var queue = new MailQueueOptions
        {
            Engine = MailQueueEngine.Faster,
            Directory = directory.FullName,
            SegmentSize = 1 << 20,
        };
        await using (var life = new DeliveryHarness(queueOptions: queue, time: time))
        {
            life.Routes["a.test"] = TestRoutes.To(exchanger.Port);
            QueueId id = await SubmitAsync(life, "127.0.0.5");
            Assert.Equal(RecipientStatus.Deferred, (await life.Queue.NextOutcomesAsync()).Only.Status);
            await life.DeferredAsync(id);
            Assert.Equal(
                RecipientStatus.Deferred,
                (await life.AdvanceUntilAsync(life.Queue.NextOutcomesAsync())).Only.Status);
            await life.DeferredAsync(id);
        }

        isDown = false;
        await using (var life = new DeliveryHarness(queueOptions: queue, time: time))
        {
            life.Routes["a.test"] = TestRoutes.To(exchanger.Port);
            Assert.Equal(
                RecipientStatus.Delivered,
                (await life.AdvanceUntilAsync(life.Queue.NextOutcomesAsync())).Only.Status);
        }

        Assert.All(exchanger.Clients, static c => Assert.Equal("127.0.0.5", c.Address.ToString()));
        Assert.Single(exchanger.Mails, static m => m.Wire.Length > 0);
        directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Orders_about_a_destination_are_about_the_mail_of_all_addresses()
    {
        await using var exchanger = new ScriptedMailExchanger(
            static line => line.StartsWith("RCPT", StringComparison.Ordinal) ? "451 4.2.0 Later" : null);
        await using DeliveryHarness harness = Open(exchanger.Port);
        foreach (string? address in new[] { "127.0.0.5", "127.0.0.6", null })
        {
            await harness.DeferredAsync(await SubmitAsync(harness, address));
        }

        string name = harness.Routes["a.test"].Name;
        Assert.Equal(
            ["", "127.0.0.5", "127.0.0.6"],
            harness.Service.SummarizeDestinations().Select(static d => $"{d.ArrivedOn}").Order());
        harness.Service.Suspend(name, "for the test", duration: null, isManual: true);
        Assert.All(harness.Service.SummarizeDestinations(), static d => Assert.NotNull(d.Suspension));
        harness.Service.Resume(name);
        Assert.Equal(3, harness.Service.Flush(name));
    }

    private static DeliveryHarness Open(int port, DeliveryOptions? options = null)
    {
        var harness = new DeliveryHarness(options);
        harness.Routes["a.test"] = TestRoutes.To(port);
        return harness;
    }

    /// <summary>The sender's name says where the mail came in, the subject of <see cref="CheckSources"/>.</summary>
    private static Task<QueueId> SubmitAsync(DeliveryHarness harness, string? address) => harness.SubmitAsync(
        "user@a.test",
        reversePath: $"{address ?? "127.0.0.1"}@client.test",
        change: request =>
        {
            if (address is not null)
            {
                request.Envelope.SetArrival(IPAddress.Parse(address).GetAddressBytes(), ArrivalUses.SourceAddress);
            }
        });

    private static async Task SendAsync(DeliveryHarness harness, string? address)
    {
        await SubmitAsync(harness, address);
        Assert.Equal(RecipientStatus.Delivered, (await harness.Queue.NextAsync()).Only.Status);
    }

    private static void CheckSources(ScriptedMailExchanger exchanger, int count)
    {
        Assert.Equal(count, exchanger.Mails.Count);
        Assert.All(exchanger.Mails, m => Assert.StartsWith(
            $"MAIL FROM:<{exchanger.Clients[m.Connection - 1].Address}@", m.Mail, StringComparison.Ordinal));
    }

    private static Arrival Of(string address, ArrivalUses uses, RouteKind kind = RouteKind.Smtp)
    {
        using var envelope = new Envelope();
        envelope.SetArrival(IPAddress.Parse(address).GetAddressBytes(), uses);
        return Arrival.Of(envelope, new Route(kind, "name", []));
    }
}
