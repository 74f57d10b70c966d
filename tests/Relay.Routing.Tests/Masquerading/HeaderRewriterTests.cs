using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Relay.Routing.Masquerading;
using Relay.Routing.Options;
using Relay.Routing.Tests.Support;

namespace Relay.Routing.Tests.Masquerading;

/// <summary>Header sections (RFC 5322 §3.4): only addresses that the rules replace change.</summary>
public class HeaderRewriterTests
{
    private static readonly RoutingSnapshot Changing = new Rules
    {
        Domaintable = "old.example new.example",
        Options = new RoutingOptions
        {
            HostName = "relay.example",
            Masquerade = new MasqueradeOptions { As = "arkum.ch" },
        },
    }.Build();

    [Theory]
    [InlineData("From: u@relay.example\r\n", "From: u@arkum.ch\r\n")]
    [InlineData("from:u@relay.example\r\n", "from:u@arkum.ch\r\n")]
    [InlineData("From: \"Martin, Z.\" <u@relay.example>\r\n", "From: \"Martin, Z.\" <u@arkum.ch>\r\n")]
    [InlineData("From: root (System, \\) root)\r\n", "From: root@arkum.ch (System, \\) root)\r\n")]
    [InlineData("From: (a (nested) one) u@relay.example (b)\r\n", "From: (a (nested) one) u@arkum.ch (b)\r\n")]
    [InlineData("To: a@old.example, B <b@far.example>,\r\n\t<c@old.example>\r\n",
        "To: a@new.example, B <b@far.example>,\r\n\t<c@new.example>\r\n")]
    [InlineData("Cc: Group: a@old.example, b@far.example;, c@old.example\r\n",
        "Cc: Group: a@new.example, b@far.example;, c@new.example\r\n")]
    [InlineData("To: undisclosed-recipients:;\r\n", null)]
    [InlineData("To: <@a.example,@b.example:u@old.example>\r\n", "To: <@a.example,@b.example:u@new.example>\r\n")]
    [InlineData("To: \"odd@old.example\"@far.example\r\n", null)]
    [InlineData("To: \"odd name\"@old.example\r\n", "To: \"odd name\"@new.example\r\n")]
    [InlineData("To: u (c) @ old.example\r\n", "To: u@new.example\r\n")]
    [InlineData("Subject: u@old.example\r\n", null)]
    [InlineData("Received: from x by y for <u@old.example>\r\n", null)]
    [InlineData("From: <>\r\n", null)]
    [InlineData("From: Two Words\r\n", null)]
    [InlineData("From:\r\n", null)]
    [InlineData("From: (unclosed u@relay.example\r\n", null)]
    [InlineData("Resent-From: u@relay.example\r\nReply-To: u@relay.example\r\n\r\n",
        "Resent-From: u@arkum.ch\r\nReply-To: u@arkum.ch\r\n\r\n")]
    [InlineData("X: 1\r\nFrom: u@relay.example\r\nSubject: \u00fc\r\n\r\n",
        "X: 1\r\nFrom: u@arkum.ch\r\nSubject: \u00fc\r\n\r\n")]
    public void Addresses_change_and_every_other_octet_stays(string header, string? rewritten) =>
        Assert.Equal(rewritten, Rewrite(Changing, header));

    [Fact]
    public void Rules_that_change_nothing_need_no_rewriter()
    {
        Assert.False(HeaderRewriter.IsNeeded(new Rules().Build()));
        Assert.True(HeaderRewriter.IsNeeded(Changing));
    }

    [Fact]
    public void No_header_makes_it_fail_or_change_what_it_does_not_replace()
    {
        RoutingSnapshot nothing = new Rules { Domaintable = "never.example new.example" }.Build();
        Gen<string> pieces = Gen.Elements(
            "From:", "To:", "a@b.example", "<", ">", "(", ")", "\"", "\\", ",", ";", ":", " ", "\r\n", "\r\n ", "@",
            "[", "]", "x", "\u00fc");
        Prop.ForAll(
            Gen.ArrayOf(pieces).ToArbitrary(),
            parts =>
            {
                string header = string.Concat(parts);
                Assert.Null(Rewrite(nothing, header));
                Rewrite(Changing, header);
            }).QuickCheckThrowOnFailure();
    }

    private static string? Rewrite(RoutingSnapshot rules, string header)
    {
        var output = new ArrayBufferWriter<byte>();
        bool isChanged = HeaderRewriter.Rewrite(rules, Encoding.UTF8.GetBytes(header), output);
        Assert.Equal(isChanged, output.WrittenCount > 0);
        return isChanged ? Encoding.UTF8.GetString(output.WrittenSpan) : null;
    }
}
