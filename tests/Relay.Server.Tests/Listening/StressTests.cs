using System.Net.Sockets;
using Relay.Server.Tests.Fixtures;

namespace Relay.Server.Tests.Listening;

/// <summary>Many clients at once, some of which vanish at any point: every 250 is in the queue, once.</summary>
public sealed class StressTests
{
    [Fact]
    public async Task Every_acknowledged_message_is_in_the_queue_and_no_other_complete_one_is_missing()
    {
        await using LiveServer live = await LiveServer.StartAsync();
        int acknowledged = 0;
        int unknown = 0;
        var threads = new List<Thread>();
        for (int t = 0; t < 16; t++)
        {
            int seed = t;
            var thread = new Thread(() => RunClient(live, new Random(seed), ref acknowledged, ref unknown));
            thread.Start();
            threads.Add(thread);
        }

        threads.ForEach(thread => thread.Join());
        await live.Server.StopAsync(TimeSpan.FromSeconds(60));

        Assert.InRange(live.Queue.Messages.Count, acknowledged, acknowledged + unknown);
        Assert.Equal(live.Queue.Messages.Count, live.Server.Counters.MessagesAccepted);
        Assert.Equal(0, live.Server.Counters.SessionsActive);
        Assert.True(acknowledged > 200);
        Assert.All(live.Queue.Messages, message => Assert.EndsWith("end\r\n", message.Text, StringComparison.Ordinal));
    }

    private static void RunClient(LiveServer live, Random random, ref int acknowledged, ref int unknown)
    {
        for (int connection = 0; connection < 10; connection++)
        {
            try
            {
                using var client = new SocketClient(live.EndPoint);
                client.ReadReply();
                client.Say("EHLO client.example\r\n");
                for (int message = random.Next(5); message >= 0; message--)
                {
                    client.Send("MAIL FROM:<a@client.example>\r\nRCPT TO:<b@there.example>\r\nDATA\r\n");
                    client.ReadReply();
                    client.ReadReply();
                    client.ReadReply();
                    string content = string.Concat(Enumerable.Repeat(new string('m', 70) + "\r\n", random.Next(2000)));
                    if (random.Next(6) == 0)
                    {
                        client.Send(content);
                        break; // vanishes within the content
                    }

                    client.Send(content + "end\r\n.\r\n");
                    if (random.Next(10) == 0)
                    {
                        Interlocked.Increment(ref unknown);
                        break; // vanishes without reading the reply
                    }

                    Assert.StartsWith("250 2.0.0 ", client.ReadReply(), StringComparison.Ordinal);
                    Interlocked.Increment(ref acknowledged);
                }
            }
            catch (SocketException)
            {
                // only its own doing
            }
        }
    }
}
