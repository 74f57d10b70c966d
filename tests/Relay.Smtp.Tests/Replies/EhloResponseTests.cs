using System.Buffers;
using Relay.Smtp.Replies;
using Relay.Testing;

namespace Relay.Smtp.Tests.Replies;

/// <summary>RFC 5321 §4.1.1.1.</summary>
public class EhloResponseTests
{
    private const EhloKeywords All = EhloKeywords.Pipelining | EhloKeywords.Size | EhloKeywords.EightBitMime
        | EhloKeywords.SmtpUtf8 | EhloKeywords.EnhancedStatusCodes | EhloKeywords.Chunking | EhloKeywords.BinaryMime
        | EhloKeywords.Dsn | EhloKeywords.StartTls | EhloKeywords.Auth | EhloKeywords.Etrn | EhloKeywords.Limits;

    [Theory]
    [InlineData("250 host SIZE\r\n", EhloKeywords.None, 0, 0)]
    [InlineData("250-host\r\n250 SIZE\r\n", EhloKeywords.Size, 0, 0)]
    [InlineData("250-host\r\n250 size 1000\r\n", EhloKeywords.Size, 1000, 0)]
    [InlineData("250-host\r\n250 SIZE x\r\n", EhloKeywords.Size, 0, 0)]
    [InlineData("250-host\r\n250 SIZE -5\r\n", EhloKeywords.Size, 0, 0)]
    [InlineData("250-host\r\n250-XSIZE 5\r\n250-\r\n250 SIZES\r\n", EhloKeywords.None, 0, 0)]
    [InlineData("250-host\r\n250-AUTH=LOGIN\r\n250 DSN \r\n", EhloKeywords.Auth | EhloKeywords.Dsn, 0, 0, "LOGIN")]
    [InlineData("250-host\r\n250-AUTH=LOGIN\r\n250 auth PLAIN LOGIN\r\n", EhloKeywords.Auth, 0, 0, "LOGIN PLAIN LOGIN")]
    [InlineData("250-host\r\n250 AUTH\r\n", EhloKeywords.Auth, 0, 0, "")]
    [InlineData("250-host\r\n250 LIMITS MAILMAX=5 RCPTMAX=50\r\n", EhloKeywords.Limits, 0, 50)]
    [InlineData("250-host\r\n250 LIMITS RCPTMAX=0\r\n", EhloKeywords.Limits, 0, 0)]
    [InlineData(
        "250-host\r\n250-PIPELINING\r\n250-SIZE 5\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n"
        + "250-CHUNKING\r\n250-BINARYMIME\r\n250-DSN\r\n250-STARTTLS\r\n250-AUTH PLAIN\r\n250-ETRN\r\n250 LIMITS\r\n",
        All,
        5,
        0,
        "PLAIN")]
    public void Keywords_and_limits_are_read(
        string input,
        EhloKeywords keywords,
        long size,
        int recipients,
        string? mechanisms = null)
    {
        foreach (ReadOnlySequence<byte> buffer in SequenceVariants.Of(Octets.Of(input)))
        {
            Assert.Equal(ReplyStatus.Complete, ReplyParser.TryRead(buffer, out RemoteReply reply, out _));
            EhloResponse expected = new(keywords, size, recipients) { AuthMechanisms = mechanisms };
            Assert.Equal(expected, EhloResponse.Parse(reply));
        }
    }
}
