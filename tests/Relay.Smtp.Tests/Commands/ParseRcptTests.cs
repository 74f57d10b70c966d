using Relay.Smtp.Commands;

namespace Relay.Smtp.Tests.Commands;

/// <summary>RFC 5321 §4.1.1.3 with the parameters of RFC 3461.</summary>
public class ParseRcptTests
{
    [Theory]
    [InlineData("TO:<a@b>", "a@b", false)]
    [InlineData("to: <a@b>", "a@b", false)]
    [InlineData("TO:<@r:a@b>", "a@b", false)]
    [InlineData("TO:<postmaster>", "postmaster", true)]
    [InlineData("TO:<PostMaster>", "PostMaster", true)]
    [InlineData("TO:<postmaster@b>", "postmaster@b", false)]
    public void Forward_paths_are_taken_without_brackets_and_route(string arguments, string mailbox, bool postmaster)
    {
        Assert.Equal(CommandError.None, SmtpCommandParser.ParseRcpt(Octets.Of(arguments), out RcptCommand command));
        Assert.Equal(mailbox, Octets.Text(command.Mailbox));
        Assert.Equal(postmaster, command.IsPostmaster);
        Assert.Equal(DsnNotify.Unspecified, command.Notify);
    }

    [Theory]
    [InlineData("", CommandError.RcptSyntax)]
    [InlineData("TO", CommandError.RcptSyntax)]
    [InlineData("TO <a@b>", CommandError.RcptSyntax)]
    [InlineData("FROM:<a@b>", CommandError.RcptSyntax)]
    [InlineData("TO:", CommandError.ForwardPathSyntax)]
    [InlineData("TO:<>", CommandError.ForwardPathSyntax)]
    [InlineData("TO:<> NOTIFY=NEVER", CommandError.ForwardPathSyntax)]
    [InlineData("TO:a@b", CommandError.ForwardPathSyntax)]
    [InlineData("TO:<root>", CommandError.ForwardPathUnqualified)]
    [InlineData("TO:<\"postmaster\">", CommandError.ForwardPathUnqualified)]
    public void Broken_forward_paths_are_refused(string arguments, CommandError expected)
    {
        Assert.Equal(expected, SmtpCommandParser.ParseRcpt(Octets.Of(arguments), out _));
    }

    [Theory]
    [InlineData("NOTIFY=NEVER", DsnNotify.Never)]
    [InlineData("notify=success", DsnNotify.Success)]
    [InlineData("NOTIFY=SUCCESS,FAILURE,DELAY", DsnNotify.Success | DsnNotify.Failure | DsnNotify.Delay)]
    [InlineData("NOTIFY=DELAY,DELAY", DsnNotify.Delay)]
    public void Notify_is_read(string parameter, DsnNotify expected)
    {
        Assert.Equal(
            CommandError.None,
            SmtpCommandParser.ParseRcpt(Octets.Of($"TO:<a@b> {parameter}"), out RcptCommand command));
        Assert.Equal(expected, command.Notify);
    }

    [Theory]
    [InlineData("NOTIFY", CommandError.NotifySyntax)]
    [InlineData("NOTIFY=NEVER,SUCCESS", CommandError.NotifySyntax)]
    [InlineData("NOTIFY=SUCCESS,", CommandError.NotifySyntax)]
    [InlineData("NOTIFY=,SUCCESS", CommandError.NotifySyntax)]
    [InlineData("NOTIFY=ALWAYS", CommandError.NotifySyntax)]
    [InlineData("NOTIFY=NEVER NOTIFY=NEVER", CommandError.ParameterDuplicate)]
    [InlineData("ORCPT", CommandError.OriginalRecipientSyntax)]
    [InlineData("ORCPT=a@b", CommandError.OriginalRecipientSyntax)]
    [InlineData("ORCPT=;a@b", CommandError.OriginalRecipientSyntax)]
    [InlineData("ORCPT=rfc822;", CommandError.OriginalRecipientSyntax)]
    [InlineData("ORCPT=rfc(822;a", CommandError.OriginalRecipientSyntax)]
    [InlineData("ORCPT=rfc822;a+0Ab", CommandError.OriginalRecipientSyntax)]
    [InlineData("ORCPT=rfc822;a+b", CommandError.OriginalRecipientSyntax)]
    [InlineData("ORCPT=rfc822;a\xFC", CommandError.OriginalRecipientSyntax)]
    [InlineData("ORCPT=utf-8;a\xFC", CommandError.OriginalRecipientSyntax)]
    [InlineData("ORCPT=rfc822;a ORCPT=rfc822;a", CommandError.ParameterDuplicate)]
    [InlineData("RET=FULL", CommandError.ParameterUnknown)]
    [InlineData("SIZE=1", CommandError.ParameterUnknown)]
    public void Parameters_are_strict(string parameters, CommandError expected)
    {
        Assert.Equal(expected, SmtpCommandParser.ParseRcpt(Octets.Of($"TO:<a@b> {parameters}"), out _));
    }

    [Fact]
    public void Orcpt_is_kept_as_sent()
    {
        byte[] arguments = Octets.Of("TO:<a@b> NOTIFY=DELAY ORCPT=rfc822;Bob+40c.example");
        Assert.Equal(CommandError.None, SmtpCommandParser.ParseRcpt(arguments, out RcptCommand command));
        Assert.Equal("rfc822;Bob+40c.example", Octets.Text(command.OriginalRecipient));
        Assert.Equal(DsnNotify.Delay, command.Notify);
        Assert.False(command.HasUtf8Address);
    }

    [Fact]
    public void An_internationalised_orcpt_is_taken_and_told()
    {
        byte[] arguments = Octets.Utf8("TO:<a@b> ORCPT=utf-8;jörg@b.example");
        Assert.Equal(CommandError.None, SmtpCommandParser.ParseRcpt(arguments, out RcptCommand command));
        Assert.True(command.HasUtf8Address);
        Assert.Equal(
            CommandError.None,
            SmtpCommandParser.ParseRcpt(Octets.Of("TO:<a@b> ORCPT=utf-8;j\\x{F6}rg@b"), out command));
        Assert.False(command.HasUtf8Address);
    }

    [Fact]
    public void An_orcpt_has_at_most_500_octets()
    {
        string address = new('x', 493);
        Assert.Equal(
            CommandError.None,
            SmtpCommandParser.ParseRcpt(Octets.Of($"TO:<a@b> ORCPT=rfc822;{address}"), out _));
        Assert.Equal(
            CommandError.OriginalRecipientSyntax,
            SmtpCommandParser.ParseRcpt(Octets.Of($"TO:<a@b> ORCPT=rfc822;{address}x"), out _));
    }

    [Fact]
    public void Utf8_in_the_mailbox_is_told_for_the_session_to_decide()
    {
        Assert.Equal(
            CommandError.None,
            SmtpCommandParser.ParseRcpt(Octets.Utf8("TO:<jörg@b.example>"), out RcptCommand command));
        Assert.True(command.HasUtf8Address);
    }

    [Fact]
    public void No_octets_make_it_throw()
    {
        Properties.ForAll("<>@.a\"\\[]:, =ORCPT+;", 2000, octets =>
        {
            SmtpCommandParser.ParseRcpt([.. "TO:<"u8, .. octets], out _);
            SmtpCommandParser.ParseRcpt([.. "TO:<a@b> "u8, .. octets], out _);
        });
    }
}
