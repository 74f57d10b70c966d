using Relay.Delivery.Tls;
using Relay.Queue;
using static Relay.Testing.ScriptedMailExchanger;

namespace Relay.Delivery.Tests.Tls;

/// <summary>
/// Rules about TLS change while connections are open: no message goes over a connection that was opened under the old
/// ones, but the one whose transaction is under way may end.
/// </summary>
public sealed class RulesChangeTests
{
    [Fact]
    public async Task A_connection_that_waits_for_messages_carries_none_once_the_rules_are_others()
    {
        await using TlsWorld world = new TlsWorld { Policy = { Use = TlsUse.None } }.Start();
        await SendAsync(world, 2);
        Assert.Equal([1, 1], ConnectionsOf(world));
        Ask(world);
        await SendAsync(world, 2);
        Assert.Equal([1, 1, 2, 2], ConnectionsOf(world));
        Assert.Contains("1: QUIT", world.Exchanger.Lines);
        Assert.Contains("2: STARTTLS", world.Exchanger.Lines);
    }

    [Fact]
    public async Task Where_the_new_rules_cannot_be_met_the_mail_waits_though_a_connection_is_open()
    {
        await using TlsWorld world = new TlsWorld { Offer = "250 mx.test" }.Start();
        await SendAsync(world, 1);
        Ask(world);
        RecordingQueue.Completion completion = await world.Harness.SendAsync("user@a.test");
        Assert.Equal(
            (RecipientStatus.Deferred, "TLS is required, but was not offered by mx.test [127.0.0.1]"),
            (completion.Only.Status, completion.Only.Text));
        Assert.Equal([1], ConnectionsOf(world));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nothing_of_the_next_message_goes_behind_the_dot_once_the_rules_are_others(bool change)
    {
        using var submitted = new ManualResetEventSlim();
        TlsWorld? started = null;
        await using TlsWorld world = new TlsWorld { Policy = { Use = TlsUse.None } }.Start(line =>
        {
            submitted.Wait(TimeSpan.FromSeconds(60));
            if (change && line == "DATA" && started!.Policy.Use == TlsUse.None)
            {
                Ask(started);
            }

            return null;
        });
        started = world;
        for (int i = 0; i < 3; i++)
        {
            await world.Harness.SubmitAsync("user@a.test");
        }

        submitted.Set();
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(RecipientStatus.Delivered, (await world.Harness.Queue.NextAsync()).Only.Status);
        }

        Assert.Equal(change ? [1, 2, 2] : [1, 1, 1], ConnectionsOf(world));
        Assert.Equal(change ? 1 : 3, Mails(world, 1));
        if (change)
        {
            Assert.Contains("1: QUIT", world.Exchanger.Lines);
            Assert.Contains("2: STARTTLS", world.Exchanger.Lines);
        }
    }

    [Fact]
    public async Task A_connection_is_given_up_if_the_rules_become_others_while_it_is_being_opened()
    {
        TlsWorld? started = null;
        await using TlsWorld world = new TlsWorld { Policy = { Use = TlsUse.None } }.Start(line =>
        {
            if (line.StartsWith("EHLO", StringComparison.Ordinal) && started!.Policy.Use == TlsUse.None)
            {
                Ask(started);
            }

            return null;
        });
        started = world;
        await SendAsync(world, 1);
        Assert.Equal([2], ConnectionsOf(world));
        Assert.Equal(0, Mails(world, 1));
    }

    [Fact]
    public async Task Each_transaction_of_one_message_goes_by_the_rules_in_force_when_it_begins()
    {
        TlsWorld? started = null;
        await using TlsWorld world = new TlsWorld
        {
            Policy = { Use = TlsUse.None },
            Offer = "250-mx.test\r\n250-LIMITS RCPTMAX=1\r\n250 STARTTLS",
        }.Start(line =>
        {
            if (line == EndOfData && started!.Policy.Use == TlsUse.None)
            {
                Ask(started);
            }

            return null;
        });
        started = world;
        RecordingQueue.Completion completion = await world.Harness.SendAsync("one@a.test two@a.test");
        Assert.All(completion.Outcomes, static o => Assert.Equal(RecipientStatus.Delivered, o.Status));
        Assert.Equal([1, 2], ConnectionsOf(world));
        Assert.Contains("2: STARTTLS", world.Exchanger.Lines);
    }

    [Fact]
    public async Task New_options_for_TLS_count_for_open_connections_too()
    {
        await using TlsWorld world = new TlsWorld().Start();
        await SendAsync(world, 1);
        world.Harness.Service.Reload(new DeliveryOptions { HostName = "relay.test", ConnectionsPerDestinationMax = 1 });
        await SendAsync(world, 1);
        Assert.Equal([1, 2], ConnectionsOf(world));
        Assert.DoesNotContain("2: STARTTLS", world.Exchanger.Lines);
    }

    private static void Ask(TlsWorld world)
    {
        world.Policy.Use = TlsUse.Required;
        world.Policy.Version = new object();
    }

    private static async Task SendAsync(TlsWorld world, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Assert.Equal(RecipientStatus.Delivered, (await world.Harness.SendAsync("user@a.test")).Only.Status);
        }
    }

    private static IEnumerable<int> ConnectionsOf(TlsWorld world) =>
        world.Exchanger.Mails.Select(static mail => mail.Connection);

    private static int Mails(TlsWorld world, int connection) => world.Exchanger.Lines.Count(
        line => line.StartsWith($"{connection}: MAIL", StringComparison.Ordinal));
}
