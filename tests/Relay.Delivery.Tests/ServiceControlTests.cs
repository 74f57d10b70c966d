using Relay.Queue;
using Relay.Testing;
using static Relay.Testing.ScriptedMailExchanger;

namespace Relay.Delivery.Tests;

/// <summary>Flush, summary and stop.</summary>
public sealed class ServiceControlTests
{
    [Fact]
    public async Task Flush_attempts_deferred_and_parked_messages_now()
    {
        bool up = false;
        string? Script(string line) => line == Connected && !Volatile.Read(ref up) ? "421 4.3.2 down" : null;
        await using var exchanger = new ScriptedMailExchanger(Script);
        await using var other = new ScriptedMailExchanger(static line => line == Connected ? "421 4.3.2 down" : null);
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port, name: "a");
        harness.Routes["b.test"] = TestRoutes.To(other.Port, name: "b");
        await harness.SendAsync("user@a.test");
        await harness.SendAsync("user@b.test");
        await harness.SubmitAsync("parked@a.test");

        Volatile.Write(ref up, true);
        Assert.Equal(1, harness.Service.Flush("a"));
        await exchanger.WhenAsync(static e => e.Mails.Count == 2);
        Assert.Equal(1, other.Connections);
        Assert.Equal(1, harness.Service.Flush());
        await other.WhenAsync(static e => e.Connections == 2);
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 2)]
    public async Task Stop_lets_the_transactions_that_began_finish_and_takes_no_more(bool pipelined, int began)
    {
        using var connected = new SemaphoreSlim(0);
        using var release = new SemaphoreSlim(0);
        string? Script(string line)
        {
            if (line == Connected)
            {
                connected.Wait();
            }
            else if (line == EndOfData)
            {
                release.Wait();
            }

            return null;
        }

        await using var exchanger = new ScriptedMailExchanger(Script);
        await using var harness = new DeliveryHarness(new DeliveryOptions
        {
            HostName = "relay.test",
            ConnectionsPerDestinationMax = 1,
            PipelineTransactions = pipelined,
        });
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        await harness.SubmitAsync("one@a.test");
        await harness.SubmitAsync("two@a.test");
        await harness.SubmitAsync("three@a.test");
        connected.Release();
        await exchanger.WhenAsync(static e => e.ContentsReceived == 1);

        Task stop = harness.Service.StopAsync(TimeSpan.FromMinutes(1));
        Assert.False(stop.IsCompleted);
        release.Release(3);
        await stop.WaitAsync(TimeSpan.FromSeconds(60));

        for (int i = 0; i < began; i++)
        {
            Assert.Equal(RecipientStatus.Delivered, (await harness.Queue.NextAsync()).Only.Status);
        }

        Assert.Equal(began, exchanger.Mails.Count);
        Assert.Contains("1: QUIT", exchanger.Lines);
        Assert.Equal(3 - began, harness.Queue.Statistics.Messages);
    }

    [Fact]
    public async Task Stop_breaks_off_what_does_not_finish_in_time()
    {
        await using var exchanger = new ScriptedMailExchanger(static line =>
            line.StartsWith("MAIL", StringComparison.Ordinal) ? Hang : null);
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        await harness.SubmitAsync("one@a.test");
        await exchanger.WhenAsync(static e => e.Lines.Any(static l => l.Contains("MAIL", StringComparison.Ordinal)));

        Task stop = harness.Service.StopAsync(TimeSpan.FromSeconds(10));
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!harness.Time.HasTimerIn(TimeSpan.FromSeconds(10)))
        {
            deadline.Token.ThrowIfCancellationRequested(); // the stop does not wait yet
            await Task.Yield();
        }

        harness.Time.Advance(TimeSpan.FromSeconds(11));
        await stop.WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Empty((await harness.Queue.NextAsync()).Outcomes);
        Assert.Equal(1, harness.Queue.Statistics.Messages);
    }
}
