using Relay.EndToEnd.Tests.Seeds;
using Relay.Testing;

namespace Relay.EndToEnd.Tests.Delivery;

/// <summary>
/// The real program with a listener whose mail is queued only (Sendmail: DaemonPortOptions, DeliveryMode=q), killed and
/// started again on the same queue.
/// </summary>
public class QueueingListenerTests
{
    [Fact]
    public async Task Mail_of_a_listener_in_queue_mode_waits_after_kill_9_too_until_it_is_asked_for()
    {
        await using var nextHop = new ScriptedMailExchanger();
        using var workspace = new Workspace();
        int port = Workspace.FreePort();
        await using var relay = new RelayUnderTest(workspace, nextHop.Port)
        {
            Settings =
            [
                $"listeners[1].endpoint=127.0.0.1:{port}", "listeners[1].name=LATER",
                "listeners[1].deliveryMode=queue", "retry.interval=4h",
            ],
        };
        await relay.StartAsync();
        await SendAsync(port, "waits");
        await SendAsync(relay.Port, "first");
        await Poll.UntilAsync(
            () => Task.FromResult(nextHop.Mails.Count > 0), TimeSpan.FromMinutes(3), () => relay.Program.Output);
        await relay.Program.KillAsync();

        await relay.StartAsync();
        await SendAsync(relay.Port, "second");
        await Poll.UntilAsync(
            () => Task.FromResult(nextHop.Mails.Any(static mail => Sender(mail) == "second")),
            TimeSpan.FromMinutes(3),
            () => relay.Program.Output);
        Assert.DoesNotContain(nextHop.Mails, static mail => Sender(mail) == "waits");
        ToolResult list = await relay.QueueAsync("list");
        Assert.Contains("waits@client.example", list.Output, StringComparison.Ordinal);

        await Poll.UntilAsync(
            relay.IsEmptyAsync, TimeSpan.FromMinutes(3), () => $"the queue did not empty\n{relay.Program.Output}");
        Assert.Contains(nextHop.Mails, static mail => Sender(mail) == "waits");
    }

    private static string Sender(ReceivedMail mail) => mail.Mail.Split('<', '@')[1];

    private static async Task SendAsync(int port, string sender)
    {
        await using SeedClient client = await SeedClient.ConnectAsync(port, "127.0.0.1", "client.example");
        await client.SendAsync($"{sender}@client.example", ["user@example.org"]);
    }
}
