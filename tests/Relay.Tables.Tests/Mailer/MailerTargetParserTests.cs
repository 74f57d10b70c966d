using Relay.Tables.Mailer;
using static Relay.Tables.Tests.TestTables;

namespace Relay.Tables.Tests.Mailer;

public sealed class MailerTargetParserTests
{
    [Theory]
    [InlineData("smtp:host.example.com", "smtp:host.example.com:25")]
    [InlineData("esmtp:host.example.com", "smtp:host.example.com:25")]
    [InlineData("relay:Host.Example.COM.", "smtp:host.example.com:25")]
    [InlineData("host.example.com", "smtp:host.example.com:25")]
    [InlineData("[host.example.com]", "smtp:[host.example.com]:25")]
    [InlineData("smtp:[192.168.0.1]", "smtp:[192.168.0.1]:25")]
    [InlineData("smtp:192.168.0.1", "smtp:[192.168.0.1]:25")]
    [InlineData("smtp:[IPv6:2001:DB8::1]", "smtp:[IPv6:2001:db8::1]:25")]
    [InlineData("smtp:[2001:db8::1]:2525", "smtp:[IPv6:2001:db8::1]:2525")]
    [InlineData("smtp:[host]:587", "smtp:[host]:587")]
    [InlineData("smtp:host.example.com:587", "smtp:host.example.com:587")]
    [InlineData("host.example.com:587", "smtp:host.example.com:587")]
    [InlineData("lmtp:[127.0.0.1]", "lmtp:[127.0.0.1]:24")]
    [InlineData("lmtp:unix:/run/dovecot/lmtp", "lmtp:unix:/run/dovecot/lmtp")]
    [InlineData("smtp:h1.x:h2.x:[h3.x]", "smtp:h1.x:25:h2.x:25:[h3.x]:25")]
    [InlineData("h1.x:h2.x", "smtp:h1.x:25:h2.x:25")]
    [InlineData("smtp:h1.x,h2.x:[1.2.3.4]:26", "smtp:h1.x:25,h2.x:25:[1.2.3.4]:26")]
    [InlineData("smtp:joe@[host.x]", "smtp:joe@[host.x]:25")]
    [InlineData("local:", "local:")]
    [InlineData("local:joe", "local:joe")]
    [InlineData("discard:", "discard:")]
    [InlineData("discard:anything", "discard:")]
    public void Form_is_read_and_equal_targets_have_one_name(string text, string name)
    {
        Assert.True(MailerTargetParser.TryParse(text, out MailerTarget target, out string error), error);
        Assert.Equal(name, target.Name);
    }

    [Fact]
    public void Name_without_brackets_asks_mx_and_name_in_brackets_does_not()
    {
        MailerTarget target = Parse("smtp:a.x:[b.x]:[1.2.3.4]");

        Assert.Equal([true, false, false], target.Hosts.Select(static host => host.UseMx));
    }

    [Fact]
    public void Colon_separates_hosts_to_be_tried_in_order_and_comma_equals()
    {
        MailerTarget target = Parse("smtp:a.x,b.x:c.x,[d.x]:26,e.x:f.x");

        Assert.Equal(
            [("a.x", 0, 25), ("b.x", 0, 25), ("c.x", 1, 25), ("d.x", 1, 26), ("e.x", 1, 25), ("f.x", 2, 25)],
            target.Hosts.Select(static host => (host.Host, host.Preference, host.Port)));
    }

    [Fact]
    public void User_before_the_host_takes_the_recipients_place()
    {
        Assert.Equal("joe@host.x", Parse("smtp:joe@host.x").User);
        Assert.Equal("joe", Parse("local:joe").User);
        Assert.Null(Parse("local:").User);
        Assert.Null(Parse("smtp:host.x").User);
    }

    [Theory]
    [InlineData("error:5.1.1:550 No such user", 550, "5.1.1", "No such user")]
    [InlineData("error:nohost:no such host", 553, "5.3.0", "no such host")]
    [InlineData("error:nouser 550 Gone", 550, "5.0.0", "Gone")]
    [InlineData("error:not here", 553, "5.3.0", "not here")]
    [InlineData("error:550 5.7.1 not here", 550, "5.7.1", "not here")]
    [InlineData("error:tempfail:try later", 451, "4.3.0", "try later")]
    [InlineData("error:tempfail:421 try later", 421, "4.0.0", "try later")]
    public void Error_gives_the_refusal(string text, int code, string status, string words)
    {
        TableReply reply = Parse(text).Reply;

        Assert.Equal((code, status, words), (reply.Code, Show(reply.Status), Show(reply.Text)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("smtp:")]
    [InlineData("xnet:host")]
    [InlineData("smtp:[host")]
    [InlineData("smtp:ho st")]
    [InlineData("smtp:host..x")]
    [InlineData("smtp:[1.2.3]")]
    [InlineData("smtp:1.2.3.400")]
    [InlineData("smtp:[host]:0")]
    [InlineData("smtp:[host]:70000")]
    [InlineData("smtp:a.x::b.x")]
    [InlineData("smtp:a.x,")]
    [InlineData("smtp:@host")]
    [InlineData("lmtp:unix:relative")]
    [InlineData("error:")]
    [InlineData("error:250 fine")]
    public void What_is_no_target_is_refused_with_a_reason(string text)
    {
        Assert.False(MailerTargetParser.TryParse(text, out _, out string error));
        Assert.NotEmpty(error);
    }

    private static MailerTarget Parse(string text)
    {
        Assert.True(MailerTargetParser.TryParse(text, out MailerTarget target, out string error), error);
        return target;
    }
}
