using System.Text;
using Relay.Queue;
using Relay.Testing;

namespace Relay.Delivery.Tests;

/// <summary>What leaves, over which connections (RFC 5321 §3.3, §5.1).</summary>
public sealed class DeliveryServiceTests
{
    [Fact]
    public async Task Message_arrives_octet_for_octet_and_is_removed()
    {
        await using var exchanger = new ScriptedMailExchanger();
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        const string content = "Subject: x\r\n\r\n..dot\r\n...\r\n trailing  \r\n\r\n";

        await harness.SubmitAsync("user@a.test", content);
        RecordingQueue.Completion completion = await harness.Queue.NextAsync();

        Assert.Equal(RecipientStatus.Delivered, completion.Only.Status);
        Assert.Equal((250, "2.0.0", "Taken"), (completion.Only.Code, completion.Only.Enhanced, completion.Only.Text));
        ReceivedMail mail = Assert.Single(exchanger.Mails);
        Assert.Equal(content, Encoding.UTF8.GetString(mail.Wire));
        Assert.Equal("MAIL FROM:<sender@client.test> SIZE=39", mail.Mail);
        Assert.Equal(["RCPT TO:<user@a.test>"], mail.Recipients);
        Assert.Equal(0, harness.Queue.Statistics.Messages);
        Assert.Contains(
            "Delivered to=<user@a.test> peer=[127.0.0.1] reply=250 2.0.0 Taken", harness.Log.Lines);
    }
}
