using System.Text;

namespace Relay.Server.Tests.Fixtures;

/// <summary>
/// Plays a session written down as lines and compares every octet of the server. <c>C: </c> sends a line with CRLF,
/// <c>C| </c> sends octets as they are with the escapes <c>\r \n \0 \t \xNN</c>, <c>S: </c> expects a line with CRLF,
/// <c>S. </c> expects the server to have closed. Neighbouring C lines are one group. <c>{1}</c> is the queue id 1.
/// </summary>
internal static class Transcript
{
    /// <summary>Greeting and EHLO, for scripts that are about what comes after.</summary>
    public const string Greeted =
        """
        S: 220 mx.test ESMTP Relay.Fast
        C: EHLO client.example
        S: 250-mx.test Hello [192.0.2.7], pleased to meet you
        S: 250-ENHANCEDSTATUSCODES
        S: 250-PIPELINING
        S: 250-8BITMIME
        S: 250-SIZE 104857600
        S: 250-DSN
        S: 250-SMTPUTF8
        S: 250-CHUNKING
        S: 250 HELP

        """;

    /// <summary>Plays the script once per way of delivery, each with a fixture of its own.</summary>
    /// <param name="prepare">Sets up a fixture.</param>
    /// <param name="check">Looks at it afterwards.</param>
    public static void Play(
        string script,
        SmtpServerOptions? options = null,
        Action<ServerFixture>? prepare = null,
        Action<ServerFixture>? check = null)
    {
        foreach (Delivery delivery in Enum.GetValues<Delivery>())
        {
            using var fixture = new ServerFixture(options);
            prepare?.Invoke(fixture);
            Play(fixture, script, delivery);
            check?.Invoke(fixture);
        }
    }

    public static void Play(ServerFixture fixture, string script, Delivery delivery)
    {
        TestClient client = fixture.Connect();
        var heard = new StringBuilder(client.Hear());
        var expected = new StringBuilder();
        var group = new StringBuilder();
        foreach (string line in script.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string kind = line.Length < 3 ? line.PadRight(3) : line[..3];
            string text = line.Length < 3 ? string.Empty : line[3..];
            if (kind[0] == 'S' && group.Length > 0)
            {
                Deliver(client, group.ToString(), delivery, heard);
                group.Clear();
            }

            switch (kind)
            {
                case "C: ":
                    group.Append(text).Append("\r\n");
                    break;
                case "C| ":
                    group.Append(Unescape(text));
                    break;
                case "S: ":
                    expected.Append(Ids(text)).Append("\r\n");
                    break;
                case "S. ":
                    heard.Append(client.Hear());
                    Assert.True(client.IsClosed, $"[{delivery}] not closed after:\n{heard}");
                    break;
                default:
                    throw new ArgumentException($"Not a line of a transcript: {line}");
            }

            if (kind[0] == 'S')
            {
                heard.Append(client.Hear());
            }
        }

        Deliver(client, group.ToString(), delivery, heard);
        Assert.Equal($"[{delivery}]\n{expected}", $"[{delivery}]\n{heard}");
    }

    /// <summary>The printed form of the recording queue's id number n.</summary>
    public static string Id(int n) => new Relay.Queue.QueueId((ulong)n).ToString();

    internal static string Unescape(string text)
    {
        var result = new StringBuilder();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                result.Append(text[i]);
                continue;
            }

            char c = text[++i];
            if (c == 'x')
            {
                result.Append((char)Convert.ToByte(text.Substring(i + 1, 2), 16));
                i += 2;
            }
            else
            {
                result.Append(c switch { 'r' => '\r', 'n' => '\n', '0' => '\0', 't' => '\t', _ => c });
            }
        }

        return result.ToString();
    }

    private static string Ids(string text)
    {
        for (int n = 1; n < 10; n++)
        {
            text = text.Replace($"{{{n}}}", Id(n));
        }

        return text;
    }

    private static void Deliver(TestClient client, string group, Delivery delivery, StringBuilder heard)
    {
        int at = 0;
        while (at < group.Length)
        {
            int length = delivery switch
            {
                Delivery.Whole => group.Length,
                Delivery.OctetByOctet => 1,
                Delivery.BySevens => Math.Min(7, group.Length - at),
                _ => group.IndexOf('\r', at) is int cr and >= 0 ? cr + 1 - at : group.Length - at,
            };
            heard.Append(client.Say(group.Substring(at, length)));
            at += length;
        }
    }
}
