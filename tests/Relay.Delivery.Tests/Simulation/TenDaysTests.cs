using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Relay.Queue;
using Relay.Smtp;
using Relay.Testing;

namespace Relay.Delivery.Tests.Simulation;

/// <summary>
/// Ten days of mail to a thousand destinations that fail in every way, on a clock of its own: every recipient ends as
/// the rules say, and every sender hears what is due to him, once. RELAY_SIMULATION_MESSAGES=100000 runs the long form.
/// </summary>
public sealed class TenDaysTests
{
    private const int Destinations = 1000;

    private static readonly TimeSpan _step = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan _hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan _arrivals = TimeSpan.FromDays(2);

    /// <summary>How late something may be seen: a sweep of a line that waits, and steps of the clock.</summary>
    private static readonly TimeSpan _slack = TimeSpan.FromMinutes(35);

    private static readonly RetryOptions _retry = new();

    private readonly ManualTimeProvider _time = new() { MergesBeats = true };

    [Fact]
    public async Task Every_message_ends_delivered_or_bounced_exactly_as_the_rules_say()
    {
        int messages = int.Parse(
            Environment.GetEnvironmentVariable("RELAY_SIMULATION_MESSAGES") ?? "600", CultureInfo.InvariantCulture);
        long started = Stopwatch.GetTimestamp();
        await using var internet = new SimulatedInternet(_time, seed: 7);
        int closed = FailureTests.ClosedPort();
        await using DeliveryHarness harness = Open();
        harness.Routes["client.test"] = TestRoutes.To(internet.Port, name: "client", address: "127.0.0.2");
        internet.Add("client.test", SimulatedKind.Perfect, default);
        List<(DateTimeOffset Time, string Domain)> ups = AddDestinations(internet, harness, closed);
        await RunAsync(internet, harness, ups, messages);

        Assert.Equal(0, harness.Queue.Statistics.Messages);
        Assert.Empty(internet.Faults);
        Dictionary<string, int> ends = [];
        foreach ((string name, SimulatedRecipient recipient) in internet.Recipients)
        {
            string end = Check(name, recipient);
            ends[end] = ends.GetValueOrDefault(end) + 1;
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{messages} messages, {internet.Connections} connections, {harness.Queue.Statistics.Accepted} accepted, "
            + $"{Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s: "
            + string.Join(", ", ends.Select(static e => $"{e.Value} {e.Key}")));
        Assert.All(["delivered", "refused", "expired"], end => Assert.True(ends.GetValueOrDefault(end) > 20, end));
    }

    private static DeliveryOptions Options { get; } = new()
    {
        HostName = "relay.test",
        Retry = _retry,
        MessagesPerConnectionMax = 1, // so that none is up while nothing is under way
        ConnectionsMax = 64,
        BackoffMaximum = TimeSpan.FromHours(1),
        Timeouts = new ClientTimeouts // longer than a step of the clock: what is under way never times out
        {
            Connect = _hour,
            Greeting = _hour,
            Hello = _hour,
            Mail = _hour,
            Rcpt = _hour,
            DataInitiation = _hour,
            DataBlock = _hour,
            DataTermination = _hour,
            Quit = _hour,
        },
    };

    private DeliveryHarness Open() =>
        new(Options, new MailQueueOptions { Engine = MailQueueEngine.Memory }, time: _time);

    /// <summary>What a recipient's servers said decides what must have become of it.</summary>
    private static string Check(string name, SimulatedRecipient recipient)
    {
        TimeSpan lifetime = recipient.Urgency switch
        {
            > 0 => _retry.UrgentLifetime,
            < 0 => _retry.NonUrgentLifetime,
            _ => _retry.Lifetime,
        };
        TimeSpan warning = recipient.Urgency switch
        {
            > 0 => _retry.UrgentWarning,
            < 0 => _retry.NonUrgentWarning,
            _ => _retry.Warning,
        };
        string what = $"{name} {recipient.Submitted:O}: taken {recipient.TimesTaken} (replies lost: "
            + $"{recipient.RepliesLost}) at {recipient.Taken:O}, refused {recipient.TimesRefused} at "
            + $"{recipient.Refused:O}, told {string.Join("; ", recipient.Told)}";
        bool success = recipient.Notify != DsnNotify.Unspecified; // and nothing else
        bool isExpired = recipient is { Taken: null, Refused: null };
        string[] actions = [.. recipient.Told.Select(static t => t.Action)];
        Assert.True(recipient.TimesRefused <= 1 && recipient.TimesTaken <= 1 + recipient.RepliesLost, what);
        Assert.True(recipient.Taken is null || recipient.Refused is null || recipient.RepliesLost > 0, what);

        DateTimeOffset end = recipient.Refused ?? recipient.Taken ?? recipient.Submitted + lifetime;
        bool fails = recipient.Refused is not null || isExpired;
        Assert.True(actions.Count(static a => a == "failed") == (fails && !success ? 1 : 0), what);
        Assert.True(actions.Count(static a => a == "relayed") == (!fails && success ? 1 : 0), what);
        int delays = actions.Count(static a => a == "delayed");
        Assert.True(delays <= 1 && delays + 1 >= actions.Length, what);
        Assert.True(delays == 0 || (!success && end - recipient.Submitted >= warning), what);
        Assert.True(delays == 1 || success || end - recipient.Submitted <= warning + _slack, what);
        foreach ((string action, string status, DateTimeOffset time) in recipient.Told)
        {
            DateTimeOffset due = action == "delayed" ? recipient.Submitted + warning : end;
            Assert.True(time >= due && time <= due + _slack, what);
            Assert.True(
                status[0] == (action == "relayed" ? '2' : action == "delayed" || isExpired ? '4' : '5')
                && (status == "4.4.7" || action != "failed" || !isExpired),
                what);
        }

        return isExpired ? "expired" : fails ? "refused" : "delivered";
    }

    /// <returns>When those that are down come up.</returns>
    private List<(DateTimeOffset Time, string Domain)> AddDestinations(
        SimulatedInternet internet, DeliveryHarness harness, int closed)
    {
        var random = new Random(11);
        var ups = new List<(DateTimeOffset Time, string Domain)>();
        for (int i = 0; i < Destinations; i++)
        {
            string domain = $"d{i}.test";
            SimulatedKind kind = (i % 20) switch
            {
                0 => SimulatedKind.Dead,
                1 or 2 => SimulatedKind.DownAtFirst,
                3 or 4 => SimulatedKind.RefusingAtFirst,
                5 => SimulatedKind.AlwaysLater,
                6 => SimulatedKind.AlwaysNo,
                _ => SimulatedKind.Ordinary,
            };
            DateTimeOffset until = _time.GetUtcNow() + TimeSpan.FromHours(random.Next(1, 80));
            internet.Add(domain, kind, until);
            bool isUp = kind is not (SimulatedKind.Dead or SimulatedKind.DownAtFirst);
            harness.Routes[domain] = isUp
                ? TestRoutes.To(internet.Port, name: domain, address: "127.0.0.2")
                : TestRoutes.To(closed, name: domain);
            if (kind == SimulatedKind.DownAtFirst)
            {
                ups.Add((until, domain));
            }
        }

        ups.Sort();
        return ups;
    }

    private async Task RunAsync(
        SimulatedInternet internet,
        DeliveryHarness harness,
        List<(DateTimeOffset Time, string Domain)> ups,
        int messages)
    {
        var random = new Random(13);
        DateTimeOffset begin = _time.GetUtcNow();
        int submitted = 0;
        int up = 0;
        for (int step = 0; _time.GetUtcNow() < begin + TimeSpan.FromDays(10); step++)
        {
            if (step % 100 == 99 && submitted == messages && harness.Queue.Statistics.Messages == 0)
            {
                break; // counting takes its time
            }

            double share = (_time.GetUtcNow() - begin) / _arrivals;
            for (; submitted < messages && submitted <= share * messages; submitted++)
            {
                await SubmitAsync(internet, harness, random, submitted);
            }

            while (harness.Queue.TryNext(out _))
            {
                // what it recorded is not needed
            }

            await QuietAsync(harness);
            for (; up < ups.Count && ups[up].Time <= _time.GetUtcNow(); up++)
            {
                harness.Routes[ups[up].Domain] =
                    TestRoutes.To(internet.Port, name: ups[up].Domain, address: "127.0.0.2");
            }

            _time.Advance(_step);
        }

        await QuietAsync(harness);
    }

    private static async Task QuietAsync(DeliveryHarness harness)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (harness.Service.Connections > 0 || harness.Service.Unrouted > 0)
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private async Task SubmitAsync(SimulatedInternet internet, DeliveryHarness harness, Random random, int number)
    {
        var request = new AcceptRequest(new Envelope());
        string sender = $"m{number}@client.test";
        int urgency = random.Next(10) switch { 0 => 1, 1 => -1, _ => 0 };
        DsnNotify notify = random.Next(10) == 0 ? DsnNotify.Success : DsnNotify.Unspecified;
        request.Envelope.SetReversePath(Encoding.ASCII.GetBytes(sender));
        for (int i = random.Next(3); i >= 0; i--)
        {
            string recipient = $"r{i}@d{(number + (i * 7)) % Destinations}.test";
            request.Envelope.AddRecipient(Encoding.ASCII.GetBytes(recipient), default, notify);
            internet.Recipients[$"{sender} {recipient}"] =
                new SimulatedRecipient(_time.GetUtcNow(), notify, urgency);
        }

        string priority = urgency switch
        {
            > 0 => "Priority: urgent\r\n",
            < 0 => "Priority: non-urgent\r\n",
            _ => string.Empty,
        };
        await harness.AcceptAsync(
            request, new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes($"{priority}Subject: x\r\n\r\nHello\r\n")));
    }
}
