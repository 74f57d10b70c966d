using System.Net.Sockets;
using Relay.Queue;
using Relay.Routing.Routes;
using Relay.Testing;
using static Relay.Testing.ScriptedMailExchanger;

namespace Relay.Delivery.Tests;

/// <summary>LMTP (RFC 2033): LHLO, and a reply per accepted recipient after the content.</summary>
public sealed class LmtpTests
{
    [Fact]
    public async Task Each_accepted_recipient_has_its_own_reply_to_the_content()
    {
        await using var exchanger = new ScriptedMailExchanger(static line =>
            line == "RCPT TO:<no@a.test>" ? "550 5.1.1 unknown"
            : line == EndOfData + " RCPT TO:<full@a.test>" ? "452 4.2.2 mailbox full"
            : line == EndOfData + " RCPT TO:<bad@a.test>" ? "554 5.6.0 refused"
            : null);
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port, RouteKind.Lmtp);

        await harness.SubmitAsync("a@a.test no@a.test full@a.test bad@a.test b@a.test", reversePath: string.Empty);
        RecordingQueue.Completion completion = await harness.Queue.NextAsync();

        Assert.Equal(
            [
                RecipientStatus.Delivered, RecipientStatus.Bounced, RecipientStatus.Deferred, RecipientStatus.Bounced,
                RecipientStatus.Delivered,
            ],
            completion.Outcomes.Select(static o => o.Status));
        Assert.Equal("1: LHLO relay.test", exchanger.Lines[0]);
    }

    [Fact]
    public async Task Recipients_without_a_reply_are_deferred_when_the_session_breaks()
    {
        await using var exchanger = new ScriptedMailExchanger(static line =>
            line == EndOfData + " RCPT TO:<b@a.test>" ? Cut : null);
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port, RouteKind.Lmtp);

        await harness.SubmitAsync("a@a.test b@a.test c@a.test");
        RecordingQueue.Completion completion = await harness.Queue.NextAsync();

        Assert.Equal(
            [RecipientStatus.Delivered, RecipientStatus.Deferred, RecipientStatus.Deferred],
            completion.Outcomes.Select(static o => o.Status));
    }

    [Fact]
    public async Task Unix_socket_is_a_next_hop()
    {
        string path = Path.Combine(Path.GetTempPath(), $"lmtp-{Guid.NewGuid():N}");
        await using var exchanger = new ScriptedMailExchanger(null, new UnixDomainSocketEndPoint(path));
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = new Route(RouteKind.Lmtp, "local", [new NextHop("unix:" + path, 0, false, 0)]);

        Assert.Equal(RecipientStatus.Delivered, (await harness.SendAsync("user@a.test")).Only.Status);
        File.Delete(path);
    }

    [Fact]
    public async Task Refused_lhlo_does_not_fall_back_to_helo()
    {
        await using var exchanger = new ScriptedMailExchanger(static line =>
            line.StartsWith("LHLO", StringComparison.Ordinal) ? "500 5.5.1 what" : null);
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port, RouteKind.Lmtp);

        await harness.SubmitAsync("user@a.test", reversePath: string.Empty);
        Assert.Equal(RecipientStatus.Bounced, (await harness.Queue.NextAsync()).Only.Status);
        Assert.DoesNotContain(exchanger.Lines, static l => l.Contains("HELO", StringComparison.Ordinal));
    }
}
