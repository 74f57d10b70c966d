using System.Text;
using Relay.Queue;
using Relay.Routing.Routes;
using Relay.Smtp;
using Relay.Testing;

namespace Relay.Delivery.Tests;

/// <summary>
/// What is passed on of a message's ESMTP parameters, and what happens where the next hop lacks them.
/// </summary>
public sealed class ExtensionTests
{
    private const string Bare = "250 mx.test";

    [Fact]
    public async Task Parameters_are_passed_on_where_offered()
    {
        await using var exchanger = new ScriptedMailExchanger();
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);

        await harness.AcceptAsync(Full(), new(Encoding.UTF8.GetBytes("Subject: é\r\n\r\n")));
        Assert.Equal(3, (await harness.Queue.NextAsync()).Outcomes.Count);

        ReceivedMail mail = Assert.Single(exchanger.Mails);
        Assert.Equal(
            "MAIL FROM:<s@client.test> SIZE=15 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=id+2B1", mail.Mail);
        Assert.Equal(
            [
                "RCPT TO:<a@a.test> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;x@y",
                "RCPT TO:<b@a.test> NOTIFY=NEVER",
                "RCPT TO:<c@a.test>",
            ],
            mail.Recipients);
    }

    [Fact]
    public async Task Parameters_are_left_out_where_not_offered()
    {
        await using var exchanger = new ScriptedMailExchanger { Offer = Bare };
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        AcceptRequest request = Full();
        request.Flags = ContentFlags.None;

        await harness.AcceptAsync(request, new(Encoding.UTF8.GetBytes("Subject: e\r\n\r\n")));
        await harness.Queue.NextAsync();

        ReceivedMail mail = Assert.Single(exchanger.Mails);
        Assert.Equal("MAIL FROM:<s@client.test>", mail.Mail);
        Assert.All(mail.Recipients, static r => Assert.EndsWith(">", r, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("usér@a.test", "Subject: x\r\n\r\nx\r\n", true)]
    [InlineData("user@a.test", "Subject: é\r\n\r\nx\r\n", true)]
    [InlineData("user@a.test", "Subject: x\r\n\r\né\r\n", false)]
    [InlineData("user@a.test", "Subject: x\r\n\r\nx\r\n", false)]
    public async Task Message_that_needs_smtputf8_bounces_where_it_is_not_offered(
        string recipient, string content, bool needs)
    {
        await using var exchanger = new ScriptedMailExchanger { Offer = Bare };
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);

        await harness.SubmitAsync(recipient, content, string.Empty, static r => r.Envelope.SmtpUtf8 = true);
        RecordingQueue.Completion completion = await harness.Queue.NextAsync();

        Assert.Equal(needs ? RecipientStatus.Bounced : RecipientStatus.Delivered, completion.Only.Status);
        Assert.Equal(needs ? "5.6.7" : "2.0.0", completion.Only.Enhanced);
    }

    [Theory]
    [InlineData(false, RecipientStatus.Delivered, "2.0.0")]
    [InlineData(true, RecipientStatus.Bounced, "5.6.3")]
    public async Task Eight_bit_content_bounces_on_mx_routes_without_8bitmime_only(
        bool isMxRoute, RecipientStatus status, string enhanced)
    {
        await using var exchanger = new ScriptedMailExchanger { Offer = Bare };
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port) with { IsMxRoute = isMxRoute };
        const string content = "Subject: x\r\n\r\né\r\n";

        await harness.SubmitAsync("user@a.test", content, string.Empty);
        RecordingQueue.Completion completion = await harness.Queue.NextAsync();

        Assert.Equal((status, enhanced), (completion.Only.Status, completion.Only.Enhanced));
        Assert.Equal(isMxRoute ? 0 : 1, exchanger.Mails.Count);
        Assert.All(exchanger.Mails, static m => Assert.Equal(content, Encoding.UTF8.GetString(m.Wire)));
    }

    [Fact]
    public async Task Both_eight_bit_rules_are_options()
    {
        var options = new DeliveryOptions
        {
            HostName = "relay.test",
            BounceEightBitOnMxRoutes = false,
            BounceEightBitOnOtherRoutes = true,
        };
        await using var exchanger = new ScriptedMailExchanger { Offer = Bare };
        await using var harness = new DeliveryHarness(options);
        harness.Routes["mx.test"] = TestRoutes.To(exchanger.Port, name: "mx") with { IsMxRoute = true };
        harness.Routes["hub.test"] = TestRoutes.To(exchanger.Port, name: "hub");

        await harness.SubmitAsync("user@mx.test", "\r\né\r\n", string.Empty);
        Assert.Equal(RecipientStatus.Delivered, (await harness.Queue.NextAsync()).Only.Status);
        await harness.SubmitAsync("user@hub.test", "\r\né\r\n", string.Empty);
        Assert.Equal(RecipientStatus.Bounced, (await harness.Queue.NextAsync()).Only.Status);
    }

    [Fact]
    public async Task Declared_8bitmime_without_eight_bit_content_goes_anywhere()
    {
        await using var exchanger = new ScriptedMailExchanger { Offer = Bare };
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port) with { IsMxRoute = true };

        await harness.SubmitAsync("user@a.test", change: static r => r.Envelope.Body = BodyType.EightBitMime);
        Assert.Equal(RecipientStatus.Delivered, (await harness.Queue.NextAsync()).Only.Status);
    }

    [Fact]
    public async Task Message_above_the_offered_size_bounces_unsent()
    {
        await using var exchanger = new ScriptedMailExchanger { Offer = "250-mx.test\r\n250 SIZE 20" };
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);

        await harness.SubmitAsync("user@a.test", reversePath: string.Empty);
        RecordingQueue.Completion completion = await harness.Queue.NextAsync();

        Assert.Equal((RecipientStatus.Bounced, "5.3.4"), (completion.Only.Status, completion.Only.Enhanced));
        Assert.DoesNotContain(exchanger.Lines, static l => l.Contains("MAIL", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Rewritten_address_is_what_rcpt_names()
    {
        await using var exchanger = new ScriptedMailExchanger();
        await using var harness = new DeliveryHarness();
        harness.Routes.Set("a.test", new RecipientRoute(TestRoutes.To(exchanger.Port), "root@hub.test"u8.ToArray()));

        await harness.SendAsync("postmaster@a.test");
        Assert.Equal(["RCPT TO:<root@hub.test>"], Assert.Single(exchanger.Mails).Recipients);
    }

    private static AcceptRequest Full()
    {
        var request = new AcceptRequest(new Envelope()) { Flags = ContentFlags.EightBit };
        Envelope envelope = request.Envelope;
        envelope.SetReversePath("s@client.test"u8);
        envelope.SetEnvelopeId("id+2B1"u8);
        envelope.Return = DsnReturn.Headers;
        envelope.SmtpUtf8 = true;
        envelope.AddRecipient("a@a.test"u8, "rfc822;x@y"u8, DsnNotify.Success | DsnNotify.Delay);
        envelope.AddRecipient("b@a.test"u8, default, DsnNotify.Never);
        envelope.AddRecipient("c@a.test"u8, default, DsnNotify.Unspecified);
        return request;
    }
}
