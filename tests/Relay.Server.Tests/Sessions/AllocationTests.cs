using System.Text;
using Relay.Server.Tests.Fixtures;

namespace Relay.Server.Tests.Sessions;

/// <summary>
/// Steady traffic allocates nothing in the server: measured on this thread, on which an in-memory session runs
/// inline.
/// </summary>
public sealed class AllocationTests
{
    [Theory]
    [InlineData("NOOP\r\n")]
    [InlineData("RSET\r\n")]
    [InlineData("VRFY someone\r\n")]
    [InlineData("EHLO client.example\r\n")]
    [InlineData("FROB\r\n")]
    [InlineData("RCPT TO:<b@there.example>\r\n")]
    [InlineData("MAIL FROM:<a@client.example> SIZE=1000 BODY=8BITMIME\r\n")]
    [InlineData("MAIL FROM:<a@client.example>\r\nRCPT TO:<b@there.example> NOTIFY=NEVER\r\nRSET\r\n")]
    [InlineData("MAIL FROM:<a@client.example>\r\nRCPT TO:<b@there.example>\r\nBDAT 7 LAST\r\n.hello\n")]
    public void A_command_allocates_nothing(string commands) => AssertNothing(commands, commands);

    [Fact]
    public void A_message_and_its_transaction_allocate_nothing() => AssertNothing(
        "MAIL FROM:<a@client.example>\r\nRCPT TO:<b@there.example>\r\nRCPT TO:<c@there.example>\r\nDATA\r\n",
        "Message-ID: <1@x>\r\nSubject: x\r\n\r\n" + string.Concat(Enumerable.Repeat(new string('m', 76) + "\r\n", 25)) +
        "..dot\r\n.\r\n");

    [Fact]
    public void A_message_with_a_slow_commit_allocates_nothing() => AssertNothing(
        "MAIL FROM:<a@client.example>\r\nRCPT TO:<b@there.example>\r\nDATA\r\n",
        "Subject: x\r\n\r\nx\r\n.\r\n",
        slow: true);

    private static void AssertNothing(string first, string second, bool slow = false)
    {
        var options = new SmtpServerOptions
        {
            HostName = "mx.test",
            CommandsWithoutMailMax = int.MaxValue,
            SlowsDownProbing = false,
            BadRecipientThrottle = int.MaxValue,
            BadCommandsMax = int.MaxValue,
            RefusedRecipientsMax = int.MaxValue,
        };
        using var heartbeat = new Throttling.Heartbeat(new Testing.ManualTimeProvider());
        var queue = new SilentQueue { IsSlow = slow };
        var policy = new SilentPolicy();
        var services = new SmtpServerServices
        {
            Queue = queue,
            ConnectionPolicy = policy,
            RecipientPolicy = policy,
            Heartbeat = heartbeat,
            LoggerFactory = Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance,
        };
        var server = new SmtpServerContext(new SmtpServerSettings(options, false), services);
        var client = new TestClient(server, new InMemoryConnection());
        client.Say("EHLO client.example\r\n");
        byte[] group1 = Encoding.ASCII.GetBytes(first);
        byte[] group2 = Encoding.ASCII.GetBytes(second);
        for (int n = 0; n < 50; n++)
        {
            Round(client, queue, group1, group2);
        }

        // A line that lies across two blocks is joined in an array of the shared pool, which gives its arrays up after
        // some garbage collections: the least counts.
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 5; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int n = 0; n < 100; n++)
            {
                Round(client, queue, group1, group2);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.False(client.IsClosed);
        Assert.Equal(0, least);
    }

    private static void Round(TestClient client, SilentQueue queue, byte[] first, byte[] second)
    {
        client.Send(first);
        client.Connection.DiscardReplies();
        client.Send(second);
        queue.CommitAll();
        client.Connection.DiscardReplies();
    }
}
