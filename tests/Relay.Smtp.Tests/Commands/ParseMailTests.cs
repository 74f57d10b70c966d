using Relay.Smtp.Commands;

namespace Relay.Smtp.Tests.Commands;

/// <summary>RFC 5321 §4.1.1.2 with the parameters of RFC 1870, 3461, 6152 and 6531.</summary>
public class ParseMailTests
{
    [Theory]
    [InlineData("FROM:<>", "")]
    [InlineData("from:<a@b>", "a@b")]
    [InlineData("FROM: <a@b>", "a@b")]
    [InlineData("FROM:<@r1.example,@r2.example:a@b.example>", "a@b.example")]
    [InlineData("FROM:<@r1:a@b>", "a@b")]
    [InlineData("FROM:<\"a b\"@c>", "\"a b\"@c")]
    [InlineData("FROM:<\"a>b@\\\"c\"@d>", "\"a>b@\\\"c\"@d")]
    [InlineData("FROM:<\"\"@d>", "\"\"@d")]
    [InlineData("FROM:<a@[192.0.2.1]>", "a@[192.0.2.1]")]
    [InlineData("FROM:<a@[IPv6:2001:db8::1]>", "a@[IPv6:2001:db8::1]")]
    [InlineData("FROM:<a.b!#$%&'*+-/=?^_`{|}~@c-d.e_f.1>", "a.b!#$%&'*+-/=?^_`{|}~@c-d.e_f.1")]
    public void Reverse_paths_are_taken_without_brackets_and_route(string arguments, string mailbox)
    {
        Assert.Equal(CommandError.None, SmtpCommandParser.ParseMail(Octets.Of(arguments), out MailCommand command));
        Assert.Equal(mailbox, Octets.Text(command.Mailbox));
        Assert.Equal(mailbox.Length == 0, command.IsNull);
        Assert.Equal(-1, command.Size);
        Assert.False(command.HasUtf8Address);
    }

    [Theory]
    [InlineData("", CommandError.MailSyntax)]
    [InlineData("FROM", CommandError.MailSyntax)]
    [InlineData("FROM <a@b>", CommandError.MailSyntax)]
    [InlineData("FROM :<a@b>", CommandError.MailSyntax)]
    [InlineData("TO:<a@b>", CommandError.MailSyntax)]
    [InlineData("FROM:", CommandError.ReversePathSyntax)]
    [InlineData("FROM:a@b", CommandError.ReversePathSyntax)]
    [InlineData("FROM:<a@b", CommandError.ReversePathSyntax)]
    [InlineData("FROM:<a@>", CommandError.ReversePathSyntax)]
    [InlineData("FROM:<@b>", CommandError.ReversePathSyntax)]
    [InlineData("FROM:<@b:>", CommandError.ReversePathSyntax)]
    [InlineData("FROM:<@b,:a@c>", CommandError.ReversePathSyntax)]
    [InlineData("FROM:<@b a@c>", CommandError.ReversePathSyntax)]
    [InlineData("FROM:<.a@b>", CommandError.ReversePathSyntax)]
    [InlineData("FROM:<a.@b>", CommandError.ReversePathSyntax)]
    [InlineData("FROM:<a..b@c>", CommandError.ReversePathSyntax)]
    [InlineData("FROM:<a b@c>", CommandError.ReversePathSyntax)]
    [InlineData("FROM:<a@b@c>", CommandError.ReversePathSyntax)]
    [InlineData("FROM:<a\0@b>", CommandError.ReversePathSyntax)]
    [InlineData("FROM:<a@b\0>", CommandError.ReversePathSyntax)]
    [InlineData("FROM:<\"a\0\"@b>", CommandError.ReversePathSyntax)]
    [InlineData("FROM:<\"a\\\x01\"@b>", CommandError.ReversePathSyntax)]
    [InlineData("FROM:<\"a@b>", CommandError.ReversePathSyntax)]
    [InlineData("FROM:<\"a\"b@c>", CommandError.ReversePathSyntax)]
    [InlineData("FROM:<\"a\\", CommandError.ReversePathSyntax)]
    [InlineData("FROM:<a@b.>", CommandError.ReversePathSyntax)]
    [InlineData("FROM:<a@.b>", CommandError.ReversePathSyntax)]
    [InlineData("FROM:<a@b..c>", CommandError.ReversePathSyntax)]
    [InlineData("FROM:<a@-b>", CommandError.ReversePathSyntax)]
    [InlineData("FROM:<a@b->", CommandError.ReversePathSyntax)]
    [InlineData("FROM:<a@b-.c>", CommandError.ReversePathSyntax)]
    [InlineData("FROM:<a@[1.2.3]>", CommandError.ReversePathSyntax)]
    [InlineData("FROM:<a@[1.2.3.4>", CommandError.ReversePathSyntax)]
    [InlineData("FROM:<a@[x:y]>", CommandError.ReversePathSyntax)]
    [InlineData("FROM:<root>", CommandError.ReversePathUnqualified)]
    [InlineData("FROM:<a\x80@b> SMTPUTF8", CommandError.ReversePathSyntax)]
    public void Broken_reverse_paths_are_refused(string arguments, CommandError expected)
    {
        Assert.Equal(expected, SmtpCommandParser.ParseMail(Octets.Of(arguments), out _));
    }

    [Theory]
    [InlineData(64, 63, CommandError.None)]
    [InlineData(65, 63, CommandError.ReversePathTooLong)]
    [InlineData(1, 252, CommandError.None)]
    [InlineData(1, 253, CommandError.ReversePathTooLong)]
    [InlineData(64, 189, CommandError.None)]
    [InlineData(64, 190, CommandError.ReversePathTooLong)]
    public void Sizes_are_limited_as_the_rfc_says(int localPart, int domain, CommandError expected)
    {
        string arguments = $"FROM:<{new string('a', localPart)}@{new string('b', domain)}>";
        Assert.Equal(expected, SmtpCommandParser.ParseMail(Octets.Of(arguments), out _));
    }

    [Theory]
    [InlineData("SIZE=0", 0)]
    [InlineData("size=1048576", 1048576)]
    [InlineData("SIZE=9223372036854775807", long.MaxValue)]
    [InlineData("SIZE=9223372036854775808", long.MaxValue)]
    [InlineData("SIZE=99999999999999999999", long.MaxValue)]
    [InlineData("SIZE=00000000000000000001", 1)]
    public void Size_is_read_and_saturates(string parameter, long expected)
    {
        Assert.Equal(
            CommandError.None,
            SmtpCommandParser.ParseMail(Octets.Of($"FROM:<a@b> {parameter}"), out MailCommand command));
        Assert.Equal(expected, command.Size);
    }

    [Fact]
    public void All_parameters_together_are_read()
    {
        byte[] arguments = Octets.Of("FROM:<a@b> BODY=8bitmime  SIZE=5 RET=hdrs ENVID=Q+2B1+20x SMTPUTF8");
        Assert.Equal(CommandError.None, SmtpCommandParser.ParseMail(arguments, out MailCommand command));
        Assert.Equal(BodyType.EightBitMime, command.Body);
        Assert.Equal(5, command.Size);
        Assert.Equal(DsnReturn.Headers, command.Return);
        Assert.Equal("Q+2B1+20x", Octets.Text(command.EnvelopeId));
        Assert.True(command.SmtpUtf8);
    }

    [Theory]
    [InlineData("SIZE", CommandError.SizeSyntax)]
    [InlineData("SIZE=", CommandError.ParameterSyntax)]
    [InlineData("SIZE=-1", CommandError.SizeSyntax)]
    [InlineData("SIZE=1k", CommandError.SizeSyntax)]
    [InlineData("SIZE=123456789012345678901", CommandError.SizeSyntax)]
    [InlineData("SIZE=1 SIZE=1", CommandError.ParameterDuplicate)]
    [InlineData("BODY=BINARYMIME", CommandError.BodyBinaryMime)]
    [InlineData("BODY=9BIT", CommandError.BodyUnknown)]
    [InlineData("BODY", CommandError.BodyUnknown)]
    [InlineData("BODY=7BIT BODY=8BITMIME", CommandError.ParameterDuplicate)]
    [InlineData("RET=ALL", CommandError.ReturnSyntax)]
    [InlineData("RET", CommandError.ReturnSyntax)]
    [InlineData("RET=FULL RET=FULL", CommandError.ParameterDuplicate)]
    [InlineData("ENVID", CommandError.EnvelopeIdSyntax)]
    [InlineData("ENVID=a+2", CommandError.EnvelopeIdSyntax)]
    [InlineData("ENVID=a+2b", CommandError.EnvelopeIdSyntax)]
    [InlineData("ENVID=a+0D+0Ab", CommandError.EnvelopeIdSyntax)]
    [InlineData("ENVID=a+7F", CommandError.EnvelopeIdSyntax)]
    [InlineData("ENVID=a+80", CommandError.EnvelopeIdSyntax)]
    [InlineData("ENVID=a=b", CommandError.ParameterSyntax)]
    [InlineData("ENVID=a ENVID=b", CommandError.ParameterDuplicate)]
    [InlineData("SMTPUTF8=1", CommandError.ParameterSyntax)]
    [InlineData("SMTPUTF8 SMTPUTF8", CommandError.ParameterDuplicate)]
    [InlineData("XFOO", CommandError.ParameterUnknown)]
    [InlineData("AUTH=<>", CommandError.None)]
    [InlineData("AUTH=a@b.example", CommandError.None)]
    [InlineData("AUTH=", CommandError.ParameterSyntax)]
    [InlineData("AUTH=a+zz", CommandError.AuthSyntax)]
    [InlineData("AUTH=<> AUTH=<>", CommandError.ParameterDuplicate)]
    [InlineData("NOTIFY=NEVER", CommandError.ParameterUnknown)]
    [InlineData("=1", CommandError.ParameterSyntax)]
    [InlineData("-A=1", CommandError.ParameterSyntax)]
    [InlineData("SI_ZE=1", CommandError.ParameterSyntax)]
    [InlineData("SIZE=1\t", CommandError.ParameterSyntax)]
    [InlineData("SIZE=1\0", CommandError.ParameterSyntax)]
    [InlineData("<a@b>", CommandError.ParameterSyntax)]
    public void Parameters_are_strict(string parameters, CommandError expected)
    {
        Assert.Equal(expected, SmtpCommandParser.ParseMail(Octets.Of($"FROM:<a@b> {parameters}"), out _));
    }

    [Fact]
    public void A_parameter_without_a_space_before_it_is_refused()
    {
        Assert.Equal(CommandError.ParameterSyntax, SmtpCommandParser.ParseMail("FROM:<a@b>SIZE=1"u8, out _));
    }

    [Fact]
    public void An_envelope_id_has_at_most_100_octets()
    {
        string id = new('x', 100);
        Assert.Equal(CommandError.None, SmtpCommandParser.ParseMail(Octets.Of($"FROM:<> ENVID={id}"), out _));
        Assert.Equal(
            CommandError.EnvelopeIdSyntax,
            SmtpCommandParser.ParseMail(Octets.Of($"FROM:<> ENVID={id}x"), out _));
    }

    [Theory]
    [InlineData("FROM:<jörg@b.example> SMTPUTF8", CommandError.None)]
    [InlineData("FROM:<a@bücher.example> SMTPUTF8", CommandError.None)]
    [InlineData("FROM:<\"j ö\"@b.example> SMTPUTF8", CommandError.None)]
    [InlineData("FROM:<jörg@b.example>", CommandError.ReversePathNeedsSmtpUtf8)]
    [InlineData("FROM:<a@bücher.example>", CommandError.ReversePathNeedsSmtpUtf8)]
    public void Utf8_mailboxes_need_smtputf8(string arguments, CommandError expected)
    {
        Assert.Equal(expected, SmtpCommandParser.ParseMail(Octets.Utf8(arguments), out MailCommand command));
        Assert.True(command.HasUtf8Address);
    }

    [Fact]
    public void No_octets_make_it_throw_and_what_passes_is_a_mailbox()
    {
        Properties.ForAll("<>@.a\"\\[]:, =SIZE+", 2000, octets =>
        {
            byte[] line = [.. "FROM:<"u8, .. octets];
            if (SmtpCommandParser.ParseMail(line, out MailCommand command) == CommandError.None && !command.IsNull)
            {
                Assert.True(Relay.Smtp.Addressing.Mailbox.IsValid(command.Mailbox));
                Assert.True(Relay.Smtp.Addressing.Mailbox.TrySplit(command.Mailbox, out _, out _));
            }
        });
    }
}
