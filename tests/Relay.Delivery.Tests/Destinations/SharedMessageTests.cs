using Relay.Queue;
using Relay.Testing;

namespace Relay.Delivery.Tests.Destinations;

/// <summary>Messages with recipients at several destinations, one of which is down.</summary>
public sealed class SharedMessageTests
{
    [Theory]
    [InlineData(MailQueueEngine.Null)]
    [InlineData(MailQueueEngine.Memory)]
    public async Task Recipient_at_a_destination_that_is_up_is_tried_again_though_another_waits_in_a_dead_ones_line(
        MailQueueEngine engine)
    {
        int refusals = 0;
        await using var exchanger = new ScriptedMailExchanger(line =>
            line.StartsWith("RCPT", StringComparison.Ordinal) && Interlocked.Increment(ref refusals) == 1
                ? "451 4.7.1 Greylisted"
                : null);
        await using var harness = new DeliveryHarness(queueOptions: new MailQueueOptions { Engine = engine });
        harness.Routes["up.test"] = TestRoutes.To(exchanger.Port);
        harness.Routes["dead.test"] = TestRoutes.To(await FailureTests.ClosedPortAsync());
        for (int i = 0; i < 100; i++)
        {
            await harness.SubmitAsync($"user{i}@dead.test", reversePath: string.Empty);
        }

        await harness.QuietAsync();
        await harness.SubmitAsync("x@up.test y@dead.test", reversePath: string.Empty);
        for (int minute = 0; minute < 40 && exchanger.Mails.Count == 0; minute++)
        {
            await harness.QuietAsync();
            harness.Time.Advance(TimeSpan.FromMinutes(1));
        }

        await exchanger.WhenAsync(static e => e.Mails.Count == 1);
        Assert.Equal(2, refusals);
    }
}
