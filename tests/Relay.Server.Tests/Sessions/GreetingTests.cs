using System.Net;
using Relay.Server.Greetings;
using Relay.Server.Policies;
using Relay.Server.Tests.Fixtures;

namespace Relay.Server.Tests.Sessions;

/// <summary>Sendmail: confSMTP_LOGIN_MSG (SmtpGreetingMessage).</summary>
public sealed class GreetingTests
{
    [Theory]
    [InlineData("$j Relay.Fast", "220 mx1.test.example ESMTP Relay.Fast\r\n")]
    [InlineData("$j Sendmail $b", "220 mx1.test.example ESMTP Sendmail Fri, 20 Nov 2026 21:48:02 +0000\r\n")]
    [InlineData("$j", "220 mx1.test.example ESMTP\r\n")]
    [InlineData("", "220  ESMTP\r\n")]
    [InlineData("$w.$m ready", "220 mx1.test.example ESMTP ready\r\n")]
    [InlineData("$j costs $$5 $n", "220 mx1.test.example ESMTP costs $5 MAILER-DAEMON\r\n")]
    [InlineData("$j $&{client_addr} $_ ${daemon_name}", "220 mx1.test.example ESMTP 192.0.2.7 [192.0.2.7] MTA\r\n")]
    [InlineData("$j $&{client_name}|$&{client_ptr}|", "220 mx1.test.example ESMTP [192.0.2.7]||\r\n")]
    [InlineData("$j $i$f$u$s${no_such}.", "220 mx1.test.example ESMTP .\r\n")]
    public void Esmtp_comes_behind_the_first_word_and_macros_have_their_values(string text, string banner) =>
        Assert.Equal(banner, Greet(text));

    [Theory]
    [InlineData("$j $?{client_ptr}named $&{client_ptr}$|nameless$.!", "nameless!")]
    [InlineData("$j $?{client_addr}addressed$.!", "addressed!")]
    [InlineData("$j $?i A $| B $.", " B ")]
    [InlineData("$j $?j$?i1$|2$.$|3$.", "2")]
    [InlineData("$j $?i$?j1$|2$.$|$?j3$.$.", "3")]
    public void Conditionals_take_the_branch_of_their_macro_and_nest(string text, string rest) =>
        Assert.Equal($"220 mx1.test.example ESMTP {rest}\r\n", Greet(text));

    [Fact]
    public void Line_breaks_make_a_banner_of_several_lines_and_only_the_first_has_esmtp() => Assert.Equal(
        "220-mx1.test.example ESMTP first\r\n220-No spam.\r\n220-\r\n220 $ is last\r\n",
        Greet("$j first\nNo spam.\n\n$$ is last\n"));

    [Fact]
    public void The_version_stands_for_v_and_Z_the_systems_name_for_k_and_there_is_no_protocol_yet_for_r()
    {
        string version = typeof(SmtpServerOptions).Assembly.GetName().Version!.ToString(3);
        Assert.Equal(
            $"220 mx1.test.example ESMTP Sendmail {version}/{version} {Environment.MachineName} .\r\n",
            Greet("$j Sendmail $v/$Z $k $r."));
    }

    [Fact]
    public void The_day_has_no_leading_zero()
    {
        using ServerFixture fixture = With("$j $b");
        fixture.Time.Advance(TimeSpan.FromDays(15));
        Assert.Equal(
            "220 mx1.test.example ESMTP Sat, 5 Dec 2026 21:48:02 +0000\r\n",
            fixture.Connect().Hear());
    }

    [Fact]
    public void The_name_that_the_connection_policy_found_is_in_it()
    {
        using ServerFixture fixture = With("$j $?{client_ptr}$&{client_name} = $&{client_ptr}$. $&{client_resolve}");
        fixture.Policy.Identify = client =>
        {
            client.HostName = client.PtrName = "host.client.example";
            client.Resolution = ClientResolution.Ok;
        };
        Assert.Equal(
            "220 mx1.test.example ESMTP host.client.example = host.client.example OK\r\n",
            fixture.Connect().Hear());
    }

    [Fact]
    public void The_interface_is_the_address_that_the_client_reached()
    {
        using ServerFixture fixture = With("$j $&{if_addr} $&{if_name}");
        var connection = new InMemoryConnection
        {
            LocalEndPoint = new IPEndPoint(IPAddress.Parse("::ffff:198.51.100.1"), 25),
        };
        Assert.Equal(
            "220 mx1.test.example ESMTP 198.51.100.1 198.51.100.1\r\n",
            fixture.Connect(connection).Hear());
    }

    [Theory]
    [InlineData("$j $")]
    [InlineData("$j ${")]
    [InlineData("$j ${}")]
    [InlineData("$j $?x open")]
    [InlineData("$j $.")]
    [InlineData("$j $|")]
    [InlineData("$j $?x a $| b $| c $.")]
    [InlineData("$j \r\n250 x")]
    [InlineData("$j \u00e4")]
    public void A_text_that_cannot_be_a_greeting_is_refused_with_a_reason(string text)
    {
        Assert.False(GreetingText.IsValid(text, out string problem));
        Assert.NotEmpty(problem);
    }

    private static string Greet(string text)
    {
        using ServerFixture fixture = With(text);
        return fixture.Connect().Hear();
    }

    private static ServerFixture With(string text) =>
        new(new SmtpServerOptions { HostName = "mx1.test.example", Greeting = text });
}
