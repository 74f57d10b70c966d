using System.Text;
using Relay.Server.Tests.Fixtures;

namespace Relay.Server.Tests.Sessions;

/// <summary>
/// Random sessions, made of everything that was ever confused with something else, say the same and leave the same in
/// the queue however their groups are cut. A failure names its seed.
/// </summary>
public sealed class SplitIndependenceTests
{
    private static readonly string[] Commands =
    [
        "NOOP\r\n", "RSET\r\n", "VRFY x\r\n", "HELO c.example\r\n", "FROB\r\n", "\r\n", "MAIL FROM:<>\r\n",
        "MAIL FROM:<a@client.example> SIZE=10\r\n", "MAIL FROM:<a@client.example> SMTPUTF8\r\n", "RCPT TO:<postmaster>\r\n",
        "RCPT TO:<b@there.example>\r\n", "RCPT TO:<refused@denied.example>\r\n", "RCPT TO:<c@there.example> NOTIFY=NEVER\r\n",
        "BDAT 0 LAST\r\n", "BDAT 7\r\nQUIT\r\n.", "BDAT 5 LAST\r\n.\r\n.\r", "BDAT 3 LAST\r\n\r\n.", "BDAT 4\r\na\nb\r",
        "NOOP\nRSET\r\n", "\r\r\n", "RSET \r\n", "BDAT 9 LAST\r\n.a\r\n..b\r\n",
    ];

    private static readonly string[] Ends = ["EHLO c.example\r\n", "DATA\r\n", "DATA\r\n", "DATA\r\n"];

    private static readonly string[] Content =
    [
        "x", ".", "..", "\r\n", "\r\n", "\r\n", "Received: a\r\n", "\r", "\n", "\0", "\xFF", "\r\n.", "\r\n..", "\n.\n",
        "QUIT\r\n", "Message-ID: <1@x>\r\n", "long long long long long line of text\r\n",
    ];

    [Fact]
    public void The_outcome_does_not_depend_on_how_groups_are_cut()
    {
        for (int seed = 0; seed < 600; seed++)
        {
            string[] groups = MakeSession(new Random(seed));
            string whole = Play(groups, static (_, length) => length);
            var random = new Random(seed);
            string cut = Play(groups, (_, length) => random.Next(1, Math.Min(length, 12) + 1));
            string single = Play(groups, static (_, _) => 1);
            Assert.True(whole == cut, $"seed {seed}:\n{whole}\n--- cut:\n{cut}");
            Assert.True(whole == single, $"seed {seed}:\n{whole}\n--- octet by octet:\n{single}");
        }
    }

    /// <summary>Groups end where the client has to wait for a reply.</summary>
    private static string[] MakeSession(Random random)
    {
        var groups = new List<string> { "EHLO c.example\r\n" };
        for (int n = random.Next(1, 6); n > 0; n--)
        {
            var group = new StringBuilder();
            if (random.Next(3) > 0)
            {
                group.Append("MAIL FROM:<a@client.example>\r\nRCPT TO:<b@there.example>\r\n");
            }

            for (int m = random.Next(6); m > 0; m--)
            {
                group.Append(Commands[random.Next(Commands.Length)]);
            }

            string end = Ends[random.Next(Ends.Length)];
            groups.Add(group.Append(end).ToString());
            if (end == "DATA\r\n")
            {
                groups.Add(MakeContent(random));
            }
        }

        return [.. groups];
    }

    private static string MakeContent(Random random)
    {
        var content = new StringBuilder();
        for (int n = random.Next(12); n > 0; n--)
        {
            content.Append(Content[random.Next(random.Next(2) == 0 ? 6 : Content.Length)]);
        }

        return content.Append("\r\n.\r\n").ToString();
    }

    private static string Play(string[] groups, Func<int, int, int> cut)
    {
        using var fixture = new ServerFixture(new SmtpServerOptions { HostName = "mx.test", ReceivedFieldsMax = 3 });
        TestClient client = fixture.Connect();
        var heard = new StringBuilder();
        foreach (string group in groups)
        {
            for (int at = 0; at < group.Length;)
            {
                int length = cut(at, group.Length - at);
                heard.Append(client.Say(group.Substring(at, length)));
                at += length;
            }
        }

        heard.Append(client.IsClosed ? "[closed]" : "[open]").AppendLine();
        foreach (RecordedMessage message in fixture.Queue.Messages)
        {
            heard.AppendLine($"{message.Id} {message.ReversePath} {string.Join(',', message.Recipients)} {message.Text}");
            Assert.DoesNotContain("\r\n.\r\n", message.Text, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', message.Text.Replace("\r\n", string.Empty, StringComparison.Ordinal));
            Assert.DoesNotContain('\r', message.Text.Replace("\r\n", string.Empty, StringComparison.Ordinal));
        }

        return heard.ToString();
    }
}
