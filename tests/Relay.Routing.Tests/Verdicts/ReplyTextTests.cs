using System.Text;
using Relay.Routing.Verdicts;

namespace Relay.Routing.Tests.Verdicts;

/// <summary>Replies as Sendmail's error mailer builds them.</summary>
public class ReplyTextTests
{
    [Theory]
    [InlineData("550 no", "5.7.1", "550 5.7.1 <a@b>... no")]
    [InlineData("450 later", "5.7.1", "450 4.7.1 <a@b>... later")]
    [InlineData("553 5.1.3 x", "5.7.1", "553 5.1.3 <a@b>... x")]
    [InlineData("451 x", "4.3.0", "451 4.3.0 x")]
    [InlineData("421 4.3.2 x", "4.3.0", "421 4.3.2 x")]
    [InlineData("554 x", "5.3.5", "554 5.3.5 x")]
    [InlineData("551 x", "5.1.6", "551 5.1.6 x")]
    [InlineData("552 x", "5.2.2", "552 5.2.2 x")]
    [InlineData("no code", "5.3.0", "553 5.3.0 <a@b>... no code")]
    public void The_address_stands_behind_450_550_and_553_only(string text, string status, string reply) =>
        Assert.Equal(reply, Show(text, status, "a@b"));

    [Fact]
    public void Without_an_address_none_is_named() =>
        Assert.Equal("550 5.7.1 no", Show("550 no", "5.7.1", null));

    [Fact]
    public void A_reply_is_one_line_of_bounded_length()
    {
        Assert.Equal("550 5.0.0 a  b", Show("550 5.0.0 a\r\nb", "5.0.0", null));
        Assert.Equal(510, Show("550 5.0.0 " + new string('x', 1000), "5.0.0", null).Length);
    }

    private static string Show(string text, string status, string? address) => Encoding.UTF8.GetString(
        ReplyText.Compose(
            ReplyText.Parse(text, status),
            address is null ? null : (ReadOnlyMemory<byte>?)Encoding.UTF8.GetBytes(address)));
}
