using System.Text;
using Relay.LoadGenerator.Messages;

namespace Relay.LoadGenerator.Tests.Messages;

public class AddressTemplateTests
{
    [Theory]
    [InlineData("plain@example.org", "plain@example.org")]
    [InlineData("", "")]
    [InlineData("u{n}@d{d}.example", "u52@d1.example")]
    [InlineData("{m}-{r}-{s}@{e}", "17-1-5@0")]
    public void Counters_in_braces_are_replaced(string template, string expected)
    {
        var counters = new AddressCounters(
            Message: 17, Recipient: 1, RecipientsPerMessage: 3, Session: 5, Destinations: 4);
        byte[] room = new byte[200];
        AddressTemplate parsed = AddressTemplate.Parse(template);
        int length = parsed.Write(room, counters);
        Assert.Equal(expected, Encoding.UTF8.GetString(room, 0, length));
        Assert.True(length <= parsed.LengthMax);
    }

    [Fact]
    public void Recipients_of_a_run_are_numbered_without_gap_or_repetition()
    {
        var template = AddressTemplate.Parse("{n}");
        var seen = new List<string>();
        byte[] room = new byte[50];
        for (int message = 0; message < 10; message++)
        {
            for (int recipient = 0; recipient < 3; recipient++)
            {
                int length = template.Write(room, new AddressCounters(message, recipient, 3, 0, 1));
                seen.Add(Encoding.ASCII.GetString(room, 0, length));
            }
        }

        Assert.Equal(Enumerable.Range(0, 30).Select(n => $"{n}"), seen);
    }

    [Theory]
    [InlineData("{x}@a")]
    [InlineData("{n@a")]
    [InlineData("a{")]
    [InlineData("a\r\nRSET")]
    [InlineData("a>b")]
    public void Nonsense_is_refused(string template)
    {
        Assert.Throws<FormatException>(() => AddressTemplate.Parse(template));
    }
}
