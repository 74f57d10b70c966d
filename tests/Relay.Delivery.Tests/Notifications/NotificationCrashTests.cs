using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using Relay.Queue;
using Relay.Smtp;
using Relay.Testing;

namespace Relay.Delivery.Tests.Notifications;

/// <summary>
/// A relay on a real queue that is killed before each of the records that delivery writes, and started again: no
/// recipient and no notification is lost, and nothing comes twice but what was sent in the last moment.
/// </summary>
public sealed partial class NotificationCrashTests : IAsyncDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("relay-killed-");
    private readonly ScriptedMailExchanger _client = new();
    private readonly ScriptedMailExchanger _first;
    private readonly ScriptedMailExchanger _second;
    private DateTimeOffset _acceptsFrom;

    public NotificationCrashTests()
    {
        _first = new ScriptedMailExchanger(Answer) { Offer = NotificationHarness.NoDsn };
        _second = new ScriptedMailExchanger(Answer) { Offer = NotificationHarness.NoDsn };
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _first.DisposeAsync();
        await _second.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Three_recipients_one_bounced_two_late_then_delivered_survive_a_kill_between_every_two_records()
    {
        const string Recipients = "gone1@a.test later1@a.test later2@a.test";
        int writes = await RunAsync("whole", Recipients, int.MaxValue - 1);
        Assert.InRange(writes, 7, 20); // two notifications and their ends, four ends of attempts at least
        for (int kill = 0; kill < writes; kill++)
        {
            await RunAsync($"a{kill}", Recipients, kill);
        }
    }

    [Fact]
    public async Task Recipients_at_two_destinations_survive_a_kill_between_every_two_records()
    {
        const string Recipients = "gone1@a.test later1@a.test gone2@b.test later2@b.test";
        int writes = await RunAsync("whole", Recipients, int.MaxValue - 1);
        for (int kill = 0; kill < writes; kill++)
        {
            await RunAsync($"b{kill}", Recipients, kill);
        }
    }

    [GeneratedRegex("^Message-ID: (.*)\r\n", RegexOptions.Multiline)]
    private static partial Regex MessageIds();

    [GeneratedRegex("^Final-Recipient: rfc822; (.*)\r\nAction: (.*)\r\n", RegexOptions.Multiline)]
    private static partial Regex Told();

    private string? Answer(string line) =>
        line.StartsWith("RCPT TO:<gone", StringComparison.Ordinal) ? "550 5.1.1 Gone"
        : line.StartsWith("RCPT TO:<later", StringComparison.Ordinal) && _time.GetUtcNow() < _acceptsFrom
            ? "451 4.2.0 Later"
        : null;

    /// <summary>Two lives of the relay, the first killed after so many writes; how many it made.</summary>
    private async Task<int> RunAsync(string name, string recipients, int writes)
    {
        int mails = _client.Mails.Count;
        int[] deliveries = [_first.Mails.Count, _second.Mails.Count];
        _acceptsFrom = _time.GetUtcNow() + TimeSpan.FromMinutes(10);
        string directory = Path.Combine(_directory.FullName, name);
        QueueId id;
        HashSet<QueueId> lost;
        int made;
        await using (DeliveryHarness life = Open(directory))
        {
            life.Queue.WritesLeft = writes;
            id = await SubmitAsync(life, recipients);
            await LiveAsync(life);
            made = writes - life.Queue.WritesLeft;
            lost = [.. life.Queue.Lost];
        }

        await using (DeliveryHarness life = Open(directory))
        {
            await LiveAsync(life);
            Assert.Equal(0, life.Queue.Statistics.Messages);
        }

        ReceivedMail[] notifications = [.. _client.Mails.Skip(mails)];
        ReceivedMail[] originals = [.. _first.Mails.Skip(deliveries[0]), .. _second.Mails.Skip(deliveries[1])];
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{name}: {made} writes, {notifications.Length} notifications, {originals.Length} deliveries");
        CheckNotifications(notifications, recipients, lost);
        CheckDeliveries(originals, recipients, lost.Contains(id));
        return made;
    }

    private static void CheckNotifications(ReceivedMail[] mails, string recipients, HashSet<QueueId> lost)
    {
        var seen = new HashSet<string>();
        var told = new List<string>();
        foreach (string text in mails.Select(static m => Encoding.UTF8.GetString(m.Wire)))
        {
            string id = MessageIds().Match(text).Groups[1].Value;
            if (seen.Add(id))
            {
                told.AddRange(Told().Matches(text).Select(static m => $"{m.Groups[1]} {m.Groups[2]}"));
            }
            else
            {
                Assert.Contains(lost, l => id.Contains(l.ToString(), StringComparison.Ordinal));
            }
        }

        Assert.Equal(
            recipients.Split(' ').Select(static r => r + (r[0] == 'g' ? " failed" : " delayed")).Order(),
            told.Order());
    }

    private static void CheckDeliveries(ReceivedMail[] mails, string recipients, bool mayRepeat)
    {
        string[] arrived =
            [.. mails.SelectMany(static m => m.Recipients).Select(static r => r["RCPT TO:<".Length..r.IndexOf('>')])];
        string[] expected = [.. recipients.Split(' ').Where(static r => r[0] == 'l').Order()];
        Assert.Equal(expected, arrived.Distinct().Order());
        Assert.True(arrived.Length == expected.Length || mayRepeat, "Delivered twice without need.");
    }

    /// <summary>Lets time pass until the queue is empty or killed.</summary>
    private async Task LiveAsync(DeliveryHarness life)
    {
        DateTimeOffset end = _time.GetUtcNow() + TimeSpan.FromDays(1);
        while (!life.Queue.IsKilled && life.Queue.Statistics.Messages > 0 && _time.GetUtcNow() < end)
        {
            await life.QuietAsync();
            _time.Advance(TimeSpan.FromSeconds(10));
        }

        await life.QuietAsync();
    }

    private static async Task<QueueId> SubmitAsync(DeliveryHarness life, string recipients)
    {
        var request = new AcceptRequest(new Envelope());
        request.Envelope.SetReversePath("sender@client.test"u8);
        foreach (string recipient in recipients.Split(' '))
        {
            request.Envelope.AddRecipient(Encoding.UTF8.GetBytes(recipient), default, DsnNotify.Unspecified);
        }

        return await life.AcceptAsync(request, new ReadOnlySequence<byte>("Subject: x\r\n\r\nHello\r\n"u8.ToArray()));
    }

    private DeliveryHarness Open(string directory)
    {
        var options = new DeliveryOptions
        {
            HostName = "relay.test",
            Retry = new RetryOptions { Jitter = 0, Warning = TimeSpan.FromMinutes(8) },
        };
        var queue = new MailQueueOptions { Directory = directory, SegmentSize = 1 << 20 };
        var life = new DeliveryHarness(options, queue, time: _time);
        life.Routes["a.test"] = TestRoutes.To(_first.Port);
        life.Routes["b.test"] = TestRoutes.To(_second.Port);
        life.Routes["client.test"] = TestRoutes.To(_client.Port);
        return life;
    }
}
