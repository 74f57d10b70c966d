using Relay.Smtp.Commands;

namespace Relay.Smtp.Tests.Commands;

/// <summary>RFC 5321 §2.4 and §4.1.1.</summary>
public class ParseVerbTests
{
    [Theory]
    [InlineData("EHLO a", SmtpVerb.Ehlo)]
    [InlineData("HELO a", SmtpVerb.Helo)]
    [InlineData("LHLO a", SmtpVerb.Lhlo)]
    [InlineData("MAIL FROM:<>", SmtpVerb.Mail)]
    [InlineData("RCPT TO:<a@b>", SmtpVerb.Rcpt)]
    [InlineData("DATA", SmtpVerb.Data)]
    [InlineData("BDAT 1", SmtpVerb.Bdat)]
    [InlineData("RSET", SmtpVerb.Rset)]
    [InlineData("NOOP", SmtpVerb.Noop)]
    [InlineData("VRFY a", SmtpVerb.Vrfy)]
    [InlineData("EXPN a", SmtpVerb.Expn)]
    [InlineData("HELP", SmtpVerb.Help)]
    [InlineData("ETRN a", SmtpVerb.Etrn)]
    [InlineData("VERB", SmtpVerb.Verb)]
    [InlineData("QUIT", SmtpVerb.Quit)]
    [InlineData("STARTTLS", SmtpVerb.StartTls)]
    [InlineData("AUTH PLAIN", SmtpVerb.Auth)]
    [InlineData("XCLIENT a=b", SmtpVerb.Xclient)]
    [InlineData("PROXY TCP4 a b", SmtpVerb.Http)]
    [InlineData("GET / HTTP/1.0", SmtpVerb.Http)]
    [InlineData("POST / HTTP/1.1", SmtpVerb.Http)]
    [InlineData("HEAD /", SmtpVerb.Http)]
    [InlineData("PUT /", SmtpVerb.Http)]
    [InlineData("CONNECT a:25", SmtpVerb.Http)]
    [InlineData("OPTIONS *", SmtpVerb.Http)]
    [InlineData("DELETE /", SmtpVerb.Http)]
    [InlineData("TRACE /", SmtpVerb.Http)]
    [InlineData("PATCH /", SmtpVerb.Http)]
    [InlineData("USER a", SmtpVerb.Http)]
    public void Verbs_are_recognised_in_any_case(string line, SmtpVerb expected)
    {
        int length = line.IndexOf(' ', StringComparison.Ordinal);
        string verb = length < 0 ? line : line[..length];
        foreach (string written in new[] { line, line.ToLowerInvariant(), verb[..1] + line[1..].ToLowerInvariant() })
        {
            Assert.Equal(expected, SmtpCommandParser.ParseVerb(Octets.Of(written), out ReadOnlySpan<byte> arguments));
            Assert.Equal(length < 0 ? "" : written[(length + 1)..], Octets.Text(arguments));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("Q")]
    [InlineData("QUI")]
    [InlineData("QUITX")]
    [InlineData("QUIT\t")]
    [InlineData("QUIT\0")]
    [InlineData("DATAX")]
    [InlineData(" QUIT")]
    [InlineData("STARTTL")]
    [InlineData("STARTTLSX")]
    [InlineData("STAR TLS")]
    [InlineData("GET\0/")]
    [InlineData("POSTX /")]
    [InlineData("CONN a")]
    [InlineData("\xD1\xD5\xC9\xD4")]
    [InlineData("XCLIENTS a=b")]
    [InlineData("XFORWARD a=b")]
    [InlineData("PROX TCP4")]
    public void Anything_else_is_unknown(string line)
    {
        Assert.Equal(SmtpVerb.Unknown, SmtpCommandParser.ParseVerb(Octets.Of(line), out _));
    }

    [Theory]
    [InlineData("QUIT ", "")]
    [InlineData("QUIT   ", "")]
    [InlineData("NOOP  a b \t ", "a b")]
    [InlineData("NOOP \ta", "a")]
    public void White_space_around_arguments_is_tolerated(string line, string expected)
    {
        SmtpCommandParser.ParseVerb(Octets.Of(line), out ReadOnlySpan<byte> arguments);
        Assert.Equal(expected, Octets.Text(arguments));
    }

    [Fact]
    public void No_octets_make_it_throw()
    {
        Properties.ForAll("EHLOMAILRCPTDATAquit \t", 500, octets => SmtpCommandParser.ParseVerb(octets, out _));
    }
}
