using System.Buffers;
using Relay.Smtp.Data;
using Relay.Testing;

namespace Relay.Smtp.Tests.Data;

/// <summary>RFC 5321 §6.3 and RFC 5322 §2.2.</summary>
public class HeaderScannerTests
{
    [Theory]
    [InlineData("", 0, "", false)]
    [InlineData("\r\n", 0, "", true)]
    [InlineData("Subject: a\r\n\r\nReceived: b\r\n", 0, "", true)]
    [InlineData("Received: a\r\nreceived: b\r\nRECEIVED:c\r\n\r\n", 3, "", true)]
    [InlineData("Received: a\r\n Received: b\r\n\tReceived: c\r\n\r\n", 1, "", true)]
    [InlineData("Received : a\r\nReceived\t: a\r\n\r\n", 2, "", true)]
    [InlineData("Receive: a\r\nReceivedX: a\r\nX-Received: a\r\nReceived a:\r\nRece ived: a\r\n\r\n", 0, "", true)]
    [InlineData("Resent-To: a\r\nMIME-Version: 1.0\r\nReceived: a\r\n\r\n", 1, "", true)]
    [InlineData("Message-ID: <a@b>\r\n\r\n", 0, "<a@b>", true)]
    [InlineData("message-id:<a@b>\r\n\r\n", 0, "<a@b>", true)]
    [InlineData("Message-Id:\r\n  <a@b>\r\nReceived: x\r\n\r\n", 1, "<a@b>", true)]
    [InlineData("Message-Id: <a@b>  \r\n\r\n", 0, "<a@b>", true)]
    [InlineData("Message-Id: <a@b> (x)\r\nReceived: x\r\n\r\n", 1, "<a@b>", true)]
    [InlineData("Message-Id:\r\nReceived: x\r\n\r\n", 1, "", true)]
    [InlineData("Message-Id:\r\n\r\n<a@b>", 0, "", true)]
    [InlineData("Message-Id: <a@b>\r\nMessage-Id: <c@d>\r\n\r\n", 0, "<a@b>", true)]
    [InlineData("Received: a\r\nMessage-Id: <a@", 1, "<a@", false)]
    [InlineData("Received: a\r\n\r", 1, "", false)]
    public void Hops_are_counted_and_the_message_id_is_kept(string content, int hops, string messageId, bool complete)
    {
        foreach (ReadOnlySequence<byte> sequence in SequenceVariants.Of(Octets.Of(content)))
        {
            var scanner = default(HeaderScanner);
            Assert.Equal(complete, scanner.Scan(sequence));
            Assert.Equal(complete, scanner.IsComplete);
            Assert.Equal(hops, scanner.ReceivedCount);
            Assert.Equal(messageId, Octets.Text(scanner.MessageId));
        }
    }

    [Fact]
    public void A_long_message_id_is_cut_to_250_octets()
    {
        var scanner = default(HeaderScanner);
        scanner.Scan(Octets.Of("Message-ID: " + new string('x', 5000) + "\r\nReceived: a\r\n\r\n"));
        Assert.Equal(new string('x', 250), Octets.Text(scanner.MessageId));
        Assert.Equal(1, scanner.ReceivedCount);
    }

    [Fact]
    public void Any_octets_give_the_same_however_they_are_cut()
    {
        Properties.ForAll("Received: Message-ID:\r\n\r\n <a>", 300, octets =>
        {
            var whole = default(HeaderScanner);
            whole.Scan(octets);
            foreach (ReadOnlySequence<byte> sequence in SequenceVariants.Of(octets))
            {
                var scanner = default(HeaderScanner);
                scanner.Scan(sequence);
                Assert.Equal(whole.IsComplete, scanner.IsComplete);
                Assert.Equal(whole.ReceivedCount, scanner.ReceivedCount);
                Assert.True(whole.MessageId.SequenceEqual(scanner.MessageId));
            }
        });
    }
}
