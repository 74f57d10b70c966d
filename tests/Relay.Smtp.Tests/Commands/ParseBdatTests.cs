using Relay.Smtp.Commands;

namespace Relay.Smtp.Tests.Commands;

/// <summary>RFC 3030 §2.</summary>
public class ParseBdatTests
{
    [Theory]
    [InlineData("0", 0, false)]
    [InlineData("1000", 1000, false)]
    [InlineData("0 LAST", 0, true)]
    [InlineData("86 last", 86, true)]
    [InlineData("86  LaSt", 86, true)]
    [InlineData("99999999999999999999", long.MaxValue, false)]
    public void Size_and_last_are_read(string arguments, long size, bool last)
    {
        Assert.Equal(CommandError.None, SmtpCommandParser.ParseBdat(Octets.Of(arguments), out BdatCommand command));
        Assert.Equal(size, command.Size);
        Assert.Equal(last, command.IsLast);
    }

    [Theory]
    [InlineData("")]
    [InlineData("LAST")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1LAST")]
    [InlineData("1 LASTX")]
    [InlineData("1 LAS")]
    [InlineData("1 LAST LAST")]
    [InlineData("1 2")]
    [InlineData("0x10")]
    [InlineData("123456789012345678901")]
    public void Anything_else_is_refused(string arguments)
    {
        Assert.Equal(CommandError.BdatSyntax, SmtpCommandParser.ParseBdat(Octets.Of(arguments), out _));
    }
}
