using Relay.Smtp.Commands;

namespace Relay.Smtp.Tests.Commands;

/// <summary>RFC 5321 §4.1.1.1.</summary>
public class ParseHelloTests
{
    [Theory]
    [InlineData("client.example", false)]
    [InlineData("localhost", false)]
    [InlineData("my_host.example", false)]
    [InlineData("192.0.2.1", false)]
    [InlineData("[192.0.2.1]", true)]
    [InlineData("[IPv6:::1]", true)]
    [InlineData("[ipv6:2001:db8::192.0.2.1]", true)]
    public void Domains_and_address_literals_are_taken(string name, bool literal)
    {
        Assert.Equal(CommandError.None, SmtpCommandParser.ParseHello(Octets.Of(name), out HelloCommand command));
        Assert.Equal(name, Octets.Text(command.Name));
        Assert.Equal(literal, command.IsAddressLiteral);
    }

    [Theory]
    [InlineData("", CommandError.HelloMissing)]
    [InlineData("a b", CommandError.HelloSyntax)]
    [InlineData("a..b", CommandError.HelloSyntax)]
    [InlineData("-a", CommandError.HelloSyntax)]
    [InlineData("a.", CommandError.HelloSyntax)]
    [InlineData("[1.2.3.4", CommandError.HelloSyntax)]
    [InlineData("[1.2.3.4]x", CommandError.HelloSyntax)]
    [InlineData("[::1]", CommandError.HelloSyntax)]
    [InlineData("b\xFC" + "cher", CommandError.HelloSyntax)]
    [InlineData("a\0", CommandError.HelloSyntax)]
    [InlineData("a<b>", CommandError.HelloSyntax)]
    public void Anything_else_is_refused(string name, CommandError expected)
    {
        Assert.Equal(expected, SmtpCommandParser.ParseHello(Octets.Of(name), out _));
    }

    [Fact]
    public void A_name_has_at_most_255_octets()
    {
        Assert.Equal(CommandError.None, SmtpCommandParser.ParseHello(Octets.Of(new string('a', 255)), out _));
        Assert.Equal(CommandError.HelloSyntax, SmtpCommandParser.ParseHello(Octets.Of(new string('a', 256)), out _));
    }
}
