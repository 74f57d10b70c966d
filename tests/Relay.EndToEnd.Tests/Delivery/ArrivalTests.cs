using Relay.EndToEnd.Tests.Seeds;
using Relay.Testing;
using Relay.Testing.Dns;

namespace Relay.EndToEnd.Tests.Delivery;

/// <summary>
/// The real program with a listener whose mail goes on from the address that it came in on and under that one's name
/// (Sendmail: DaemonPortOptions, M=bh), killed while the next hop is down and started again on the same queue.
/// </summary>
public class ArrivalTests
{
    [Fact]
    public async Task Mail_leaves_from_the_address_that_it_came_in_on_after_kill_9_too()
    {
        bool isDown = true;
        await using var dns = new ScriptedNameServer(static query => query.Text switch
        {
            "5.0.0.127.in-addr.arpa PTR" =>
                new DnsReply(query).Answer(DnsQuery.Ptr, DnsReply.NameOf("five.relay.test")),
            "five.relay.test A" => new DnsReply(query).Address("127.0.0.5"),
            _ => new DnsReply(query).Code(3),
        });
        await using var nextHop = new ScriptedMailExchanger(
            line => isDown && line == ScriptedMailExchanger.Connected ? "421 4.3.2 down<then cut>" : null);
        using var workspace = new Workspace();
        await using var relay = new RelayUnderTest(workspace, nextHop.Port)
        {
            Settings =
            [
                $"listeners[1].endpoint=0.0.0.0:{Workspace.FreePort("0.0.0.0")}", "listeners[1].name=SAME",
                "listeners[1].modifiers=bh", $"dns.servers={dns.EndPoint}", "dns.timeout=60s",
            ],
        };
        int port = int.Parse(relay.Settings[0].Split(':')[1], System.Globalization.CultureInfo.InvariantCulture);
        await relay.StartAsync();
        await SendAsync(relay.Port, "127.0.0.1", "plain");
        await SendAsync(port, "127.0.0.5", "five");
        await SendAsync(port, "127.0.0.6", "six");
        await relay.Program.KillAsync();

        Volatile.Write(ref isDown, false);
        await relay.StartAsync();
        await Poll.UntilAsync(
            relay.IsEmptyAsync, TimeSpan.FromMinutes(3), () => $"the queue did not empty\n{relay.Program.Output}");

        Assert.Equal(
            [
                "five from 127.0.0.5 as five.relay.test", "plain from 127.0.0.1 as relay.test",
                "six from 127.0.0.6 as relay.test",
            ],
            nextHop.Mails.Select(mail => Describe(nextHop, mail)).Order());
    }

    private static string Describe(ScriptedMailExchanger nextHop, ReceivedMail mail)
    {
        string hello = $"{mail.Connection}: EHLO ";
        string name = nextHop.Lines.First(l => l.StartsWith(hello, StringComparison.Ordinal))[hello.Length..];
        return $"{mail.Mail.Split('<', '@')[1]} from {nextHop.Clients[mail.Connection - 1].Address} as {name}";
    }

    private static async Task SendAsync(int port, string to, string sender)
    {
        await using SeedClient client = await SeedClient.ConnectAsync(port, "127.0.0.1", "client.example", to: to);
        await client.SendAsync($"{sender}@client.example", ["user@example.org"]);
    }
}
