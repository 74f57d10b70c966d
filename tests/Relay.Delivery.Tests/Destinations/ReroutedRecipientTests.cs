using System.Net;
using Relay.Dns;
using Relay.Queue;
using Relay.Testing;
using Relay.Testing.Dns;
using static Relay.Testing.ScriptedMailExchanger;

namespace Relay.Delivery.Tests.Destinations;

/// <summary>
/// Messages whose recipients' routes change, or are found, while other destinations are busy with them: nobody waits
/// for another's destination, and nobody gets a message twice.
/// </summary>
public sealed class ReroutedRecipientTests
{
    /// <summary>
    /// Behind the time that is waited for, which is come to exactly: look-ups that begin then would time out in a leap.
    /// </summary>
    private static readonly TimeSpan _moment = TimeSpan.FromMilliseconds(2);

    [Theory]
    [InlineData("b.test")]
    [InlineData("a.test")]
    public async Task Recipient_whose_domain_could_not_be_looked_up_is_tried_in_time_while_another_host_is_silent(
        string host)
    {
        bool up = false;
        string? Silent(int connection, string line) =>
            connection == 1 && line.StartsWith("RCPT TO:<y@", StringComparison.Ordinal) ? Hang : null;
        await using var slow = new ScriptedMailExchanger(Silent);
        await using var other =
            new ScriptedMailExchanger(null, new IPEndPoint(IPAddress.Parse("127.0.0.52"), slow.Port));
        await using var server = new ScriptedNameServer(q => q.Text switch
        {
            "lame.test MX" => Volatile.Read(ref up)
                ? new DnsReply(q).Answer(DnsQuery.Mx, DnsReply.MxOf(10, host), 30)
                : new DnsReply(q).Code(2),
            "slow.test MX" => new DnsReply(q).Answer(DnsQuery.Mx, DnsReply.MxOf(10, "a.test"), 3_000_000),
            "a.test A" => new DnsReply(q).Address("127.0.0.1"),
            "b.test A" => new DnsReply(q).Address("127.0.0.52"),
            _ => new DnsReply(q).Soa("test", 60, 60),
        });
        await using DeliveryHarness harness = Start(server, slow.Port);
        QueueId id = await harness.SubmitAsync("x@lame.test y@slow.test");
        RecordingQueue.Completion first = await harness.Queue.NextAsync();
        Assert.Equal(
            (0, RecipientStatus.Deferred, "Name server: lame.test: host name lookup failure"),
            (first.Only.Ordinal, first.Only.Status, first.Only.Text));
        await slow.WhenAsync(static e => e.Lines.Any(static l => l.Contains("RCPT", StringComparison.Ordinal)));

        await harness.QuietAsync(silent: 1); // the wait has begun
        harness.Time.Advance(TimeSpan.FromMinutes(5) + _moment); // still nobody answers for it
        RecordingQueue.Completion second = await harness.Queue.NextAsync();
        Assert.Equal((0, RecipientStatus.Deferred), (second.Only.Ordinal, second.Only.Status));
        await harness.QuietAsync(silent: 1);
        Volatile.Write(ref up, true);
        harness.Time.Advance(TimeSpan.FromSeconds(299)); // not yet
        await harness.QuietUnroutedAsync();
        Assert.False(harness.Queue.TryNext(out _));
        harness.Time.Advance(TimeSpan.FromSeconds(1) + _moment);
        RecordingQueue.Completion third = await harness.Queue.NextAsync();
        Assert.Equal((0, RecipientStatus.Delivered), (third.Only.Ordinal, third.Only.Status));
        Assert.True(harness.Queue.TryGetInfo(id, out QueueEntryInfo info));
        Assert.Equal((QueueEntryState.Active, 1, 1), (info.State, info.UnfinishedRecipients, info.Jobs));
        Assert.Single(slow.Lines, static l => l.Contains("<y@slow.test>", StringComparison.Ordinal));

        slow.CutAll();
        info = await harness.DeferredAsync(id);
        harness.Time.AdvanceTo(info.NextAttempt);
        await slow.WhenAsync(static e => e.Mails.Any(static m => m.Recipients.Contains("RCPT TO:<y@slow.test>")));
        await harness.QuietAsync();
        Assert.Equal(0, harness.Queue.Statistics.Messages);
        Assert.Equal(2, slow.Mails.Count + other.Mails.Count);
        Assert.Equal(host == "b.test" ? 1 : 0, other.Mails.Count);
    }

    [Fact]
    public async Task Recipients_without_a_route_go_each_to_its_own_destination_once_there_are_some()
    {
        await using var slow = new ScriptedMailExchanger(
            static line => line.StartsWith("RCPT", StringComparison.Ordinal) ? Hang : null);
        await using var one = new ScriptedMailExchanger();
        await using var two = new ScriptedMailExchanger();
        await using var harness = new DeliveryHarness(SharedMessageTests.Patient());
        harness.Routes["slow.test"] = TestRoutes.To(slow.Port);
        QueueId id = await harness.SubmitAsync("a@one.test b@slow.test c@two.test");
        RecordingQueue.Completion first = await harness.Queue.NextAsync();
        Assert.Equal(
            [(0, RecipientStatus.Deferred), (2, RecipientStatus.Deferred)],
            first.Outcomes.Select(static o => (o.Ordinal, o.Status)));
        await slow.WhenAsync(static e => e.Lines.Any(static l => l.Contains("RCPT", StringComparison.Ordinal)));

        await harness.QuietAsync(silent: 1); // the wait has begun
        harness.Routes["one.test"] = TestRoutes.To(one.Port);
        harness.Routes["two.test"] = TestRoutes.To(two.Port);
        harness.Time.Advance(TimeSpan.FromMinutes(6));
        await one.WhenAsync(static e => e.Mails.Count == 1);
        await two.WhenAsync(static e => e.Mails.Count == 1);
        await harness.Queue.NextAsync();
        await harness.Queue.NextAsync();
        Assert.True(harness.Queue.TryGetInfo(id, out QueueEntryInfo info));
        Assert.Equal((1, 1), (info.UnfinishedRecipients, info.Jobs));
        Assert.Equal(["RCPT TO:<a@one.test>"], one.Mails[0].Recipients);
        Assert.Equal(["RCPT TO:<c@two.test>"], two.Mails[0].Recipients);
    }

    [Fact]
    public async Task Recipient_whose_route_changes_during_its_own_wait_is_tried_in_time_at_its_new_host()
    {
        await using var slow = new ScriptedMailExchanger(
            static line => line.StartsWith("RCPT", StringComparison.Ordinal) ? Hang : null);
        await using var old = new ScriptedMailExchanger(
            static line => line.StartsWith("RCPT", StringComparison.Ordinal) ? "451 4.7.1 Greylisted" : null);
        await using var other = new ScriptedMailExchanger();
        await using var harness = new DeliveryHarness(SharedMessageTests.Patient());
        harness.Routes["slow.test"] = TestRoutes.To(slow.Port);
        harness.Routes["moved.test"] = TestRoutes.To(old.Port, name: "smtp:old");
        QueueId id = await harness.SubmitAsync("a@moved.test b@slow.test c@moved.test");
        RecordingQueue.Completion first = await harness.Queue.NextAsync();
        Assert.Equal(
            [(0, RecipientStatus.Deferred), (2, RecipientStatus.Deferred)],
            first.Outcomes.Select(static o => (o.Ordinal, o.Status)));
        await slow.WhenAsync(static e => e.Lines.Any(static l => l.Contains("RCPT", StringComparison.Ordinal)));

        await harness.QuietAsync(silent: 1); // the wait has begun
        harness.Routes["moved.test"] = TestRoutes.To(other.Port, name: "smtp:new");
        harness.Time.Advance(TimeSpan.FromMinutes(6));
        RecordingQueue.Completion second = await harness.Queue.NextAsync();
        Assert.Equal(
            [(0, RecipientStatus.Delivered), (2, RecipientStatus.Delivered)],
            second.Outcomes.Select(static o => (o.Ordinal, o.Status)));
        Assert.True(harness.Queue.TryGetInfo(id, out QueueEntryInfo info));
        Assert.Equal((QueueEntryState.Active, 1, 1), (info.State, info.UnfinishedRecipients, info.Jobs));
        Assert.Equal(["RCPT TO:<a@moved.test>", "RCPT TO:<c@moved.test>"], Assert.Single(other.Mails).Recipients);
        Assert.Single(slow.Lines, static l => l.Contains("<b@slow.test>", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Recipients_whose_route_changes_in_part_during_their_own_wait_go_each_to_its_host()
    {
        await using var slow = new ScriptedMailExchanger(
            static line => line.StartsWith("RCPT", StringComparison.Ordinal) ? Hang : null);
        int refusals = 0;
        await using var old = new ScriptedMailExchanger(line =>
            line.StartsWith("RCPT", StringComparison.Ordinal) && Interlocked.Increment(ref refusals) <= 2
                ? "451 4.7.1 Greylisted"
                : null);
        await using var other = new ScriptedMailExchanger();
        await using var harness = new DeliveryHarness(SharedMessageTests.Patient());
        harness.Routes["slow.test"] = TestRoutes.To(slow.Port);
        harness.Routes["stays.test"] = TestRoutes.To(old.Port, name: "smtp:old");
        harness.Routes["moved.test"] = harness.Routes["stays.test"];
        await harness.SubmitAsync("a@moved.test b@slow.test c@stays.test");
        Assert.Equal(2, (await harness.Queue.NextAsync()).Outcomes.Count);
        await slow.WhenAsync(static e => e.Lines.Any(static l => l.Contains("RCPT", StringComparison.Ordinal)));

        await harness.QuietAsync(silent: 1); // the wait has begun
        harness.Routes["moved.test"] = TestRoutes.To(other.Port, name: "smtp:new");
        harness.Time.Advance(TimeSpan.FromMinutes(6));
        RecordingQueue.Completion one = await harness.Queue.NextAsync();
        RecordingQueue.Completion two = await harness.Queue.NextAsync();
        Assert.Equal(
            [(0, RecipientStatus.Delivered), (2, RecipientStatus.Delivered)],
            new[] { one.Only, two.Only }.Select(static o => (o.Ordinal, o.Status)).Order());
        Assert.Equal(["RCPT TO:<a@moved.test>"], Assert.Single(other.Mails).Recipients);
        Assert.Equal(["RCPT TO:<c@stays.test>"], Assert.Single(old.Mails).Recipients);
    }

    [Fact]
    public async Task A_message_deleted_while_a_domain_waits_to_be_looked_up_again_is_gone()
    {
        await using var slow = new ScriptedMailExchanger(static line => line == Connected ? Hang : null);
        await using var harness = new DeliveryHarness(SharedMessageTests.Patient());
        harness.Routes["slow.test"] = TestRoutes.To(slow.Port);
        QueueId id = await harness.SubmitAsync("a@unknown.test b@slow.test");
        await harness.Queue.NextAsync();
        await harness.QuietAsync(silent: 1); // the wait has begun
        Assert.True(harness.Queue.Delete(id));
        harness.Time.Advance(TimeSpan.FromMinutes(6));
        Assert.Empty((await harness.Queue.NextAsync()).Outcomes);
        Assert.Equal(0, harness.Queue.Statistics.Messages);
    }

    [Fact]
    public async Task Recipient_in_a_transaction_is_not_sent_to_again_when_its_route_becomes_another_destinations()
    {
        using var answer = new ManualResetEventSlim();
        await using var one = new ScriptedMailExchanger(line => Wait(line, answer));
        await using var two = new ScriptedMailExchanger();
        await using var harness = new DeliveryHarness(SharedMessageTests.Patient());
        harness.Routes["one.test"] = TestRoutes.To(one.Port, name: "smtp:one");
        harness.Routes["two.test"] = TestRoutes.To(two.Port, name: "smtp:two");
        harness.Service.Suspend("smtp:two", "for the test", null, isManual: true);
        await harness.SubmitAsync("x@one.test y@two.test");
        await one.WhenAsync(static e => e.ContentsReceived == 1);

        harness.Routes["one.test"] = harness.Routes["two.test"]; // the sites merge
        harness.Service.Resume("smtp:two");
        RecordingQueue.Completion first = await harness.Queue.NextAsync();
        Assert.Equal((1, RecipientStatus.Delivered), (first.Only.Ordinal, first.Only.Status));
        answer.Set();
        RecordingQueue.Completion second = await harness.Queue.NextAsync();
        Assert.Equal((0, RecipientStatus.Delivered), (second.Only.Ordinal, second.Only.Status));
        await harness.QuietAsync();
        Assert.Equal(0, harness.Queue.Statistics.Messages);
        Assert.Equal(["RCPT TO:<x@one.test>"], Assert.Single(one.Mails).Recipients);
        Assert.Equal(["RCPT TO:<y@two.test>"], Assert.Single(two.Mails).Recipients);
    }

    [Fact]
    public async Task Recipient_delivered_between_the_opening_by_another_destination_and_its_choice_is_left_alone()
    {
        using var answer = new ManualResetEventSlim();
        await using var one = new ScriptedMailExchanger(line => Wait(line, answer));
        await using var two = new ScriptedMailExchanger();
        await using var harness = new DeliveryHarness(SharedMessageTests.Patient());
        harness.Routes["one.test"] = TestRoutes.To(one.Port, name: "smtp:one");
        harness.Routes["two.test"] = TestRoutes.To(two.Port, name: "smtp:two");
        harness.Service.Suspend("smtp:two", "for the test", null, isManual: true);
        await harness.SubmitAsync("x@one.test y@two.test");
        await one.WhenAsync(static e => e.ContentsReceived == 1);

        harness.Routes["one.test"] = harness.Routes["two.test"];
        int opened = 0;
        harness.Queue.Opened = _ =>
        {
            if (Interlocked.Increment(ref opened) > 1)
            {
                return;
            }

            answer.Set(); // the second destination has read the states; the first ends its job now
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (harness.Service.SummarizeDestinations().Single(static d => d.Name == "smtp:one").Active > 0)
            {
                deadline.Token.ThrowIfCancellationRequested();
                Thread.Yield();
            }
        };
        harness.Service.Resume("smtp:two");
        RecordingQueue.Completion first = await harness.Queue.NextAsync();
        RecordingQueue.Completion second = await harness.Queue.NextAsync();
        Assert.Equal([0, 1], new[] { first.Only.Ordinal, second.Only.Ordinal });
        Assert.Equal(2, opened); // its states were read again
        await harness.QuietAsync();
        Assert.Equal(0, harness.Queue.Statistics.Messages);
        Assert.Equal(["RCPT TO:<x@one.test>"], Assert.Single(one.Mails).Recipients);
        Assert.Equal(["RCPT TO:<y@two.test>"], Assert.Single(two.Mails).Recipients);
    }

    private static string? Wait(string line, ManualResetEventSlim answer)
    {
        if (line == EndOfData)
        {
            answer.Wait(TimeSpan.FromSeconds(60));
        }

        return null;
    }

    private static DeliveryHarness Start(ScriptedNameServer server, int port)
    {
        var options = new DnsOptions
        {
            Servers = [server.EndPoint],
            ResolvConf = string.Empty,
            HostsFile = string.Empty,
        };
        var time = new ManualTimeProvider();
        var hosts = new HostResolver(new DnsResolver(options, time), options, time);
        return new DeliveryHarness(SharedMessageTests.Patient(), hosts: hosts, time: time)
        {
            Routes = { MxPort = port },
        };
    }
}
