using System.Text;
using Relay.Host.Submission;

namespace Relay.Host.Tests.Submission;

/// <summary>What a local message gets and loses on its way in.</summary>
public class MessageCompleterTests
{
    private const string Host = "relay.example";
    private static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.FromHours(-2.5));

    [Fact]
    public void Date_from_and_message_id_are_added_where_they_are_missing()
    {
        string header = Header("Subject: x\nTo: a@b.example\n\nbody");
        Assert.StartsWith(
            "Date: Wed, 4 Mar 2026 12:00:00 -0230\r\nFrom: Ann User <ann@relay.example>\r\n"
                + "Message-ID: <20260304143000.",
            header, StringComparison.Ordinal);
        Assert.EndsWith("@relay.example>\r\nSubject: x\r\nTo: a@b.example\r\n\r\n", header, StringComparison.Ordinal);
    }

    [Fact]
    public void Fields_that_are_there_in_any_case_stay_as_they_are()
    {
        const string Fields = "DATE: d\r\nfrom: f@x.example\r\nMessage-Id: <i@x.example>\r\nto: a@b.example\r\n";
        Assert.Equal(Fields + "\r\n", Header(Fields.ReplaceLineEndings("\n") + "\nbody"));
    }

    /// <summary>"When sendmail sends e-mail to a local user, the mail has no To: in the e-mail header."</summary>
    [Fact]
    public void Mail_without_recipients_in_its_header_gets_a_to()
    {
        Assert.Contains("\r\nTo: undisclosed-recipients:;\r\n", Header("Subject: x\n\nbody"), StringComparison.Ordinal);
        Assert.DoesNotContain("undisclosed", Header("Cc: a@b.example\n\nbody"), StringComparison.Ordinal);
        Assert.Contains("undisclosed", Header("Bcc: a@b.example\n\nbody"), StringComparison.Ordinal);
    }

    [Fact]
    public void Bcc_and_return_path_are_taken_out_with_their_folded_lines()
    {
        string header = Header("To: a@b.example\nBcc: secret@x.example,\n more@x.example\nReturn-Path: <x>\nX: y\n\nb");
        Assert.DoesNotContain("secret", header, StringComparison.Ordinal);
        Assert.DoesNotContain("more@", header, StringComparison.Ordinal);
        Assert.DoesNotContain("Return-Path", header, StringComparison.Ordinal);
        Assert.Contains("X: y\r\n", header, StringComparison.Ordinal);
    }

    [Fact]
    public void Addresses_without_a_domain_get_ours_and_nothing_else_changes()
    {
        string header = Header(
            "To: root, Ann <ann> (c, d), \"x y\"@z.example, <b@c.example>\nCc: list: paul, mary;\n\nb");
        Assert.Contains(
            "To: root@relay.example, Ann <ann@relay.example> (c, d), \"x y\"@z.example, <b@c.example>\r\n",
            header, StringComparison.Ordinal);
        Assert.Contains("Cc: list: paul@relay.example, mary@relay.example;\r\n", header, StringComparison.Ordinal);
    }

    [Fact]
    public void T_takes_to_cc_and_bcc_or_the_resent_fields_where_there_are_such()
    {
        Assert.Equal(
            ["a@b.example", "root", "c@d.example", "e@f.example"],
            Recipients("To: A <a@b.example>, root\nCc: c@d.example\nBcc: e@f.example (comment)\n\nTo: no@x.example"));
        Assert.Equal(
            ["r@s.example"], Recipients("To: a@b.example\nResent-To: r@s.example\nResent-From: x@y.example\n\n"));
    }

    [Fact]
    public void A_resent_message_gets_resent_fields()
    {
        string header = Header("Date: d\nFrom: f@x.example\nTo: a@b.example\nResent-To: r@s.example\n\nbody");
        Assert.StartsWith("Resent-Date: ", header, StringComparison.Ordinal);
        Assert.Contains("\r\nResent-From: Ann User <ann@relay.example>\r\n", header, StringComparison.Ordinal);
        Assert.Contains("\r\nResent-Message-ID: <", header, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Mail Robot", "From: Mail Robot <ann@relay.example>\r\n")]
    [InlineData("R. \"Bob\" X", "From: \"R. \\\"Bob\\\" X\" <ann@relay.example>\r\n")]
    [InlineData("x\r\nBcc: y@z.example", "From: \"xBcc: y@z.example\" <ann@relay.example>\r\n")]
    [InlineData("", "From: ann@relay.example\r\n")]
    public void The_full_name_is_quoted_and_cannot_begin_another_field(string name, string expected) =>
        Assert.Contains(expected, Header("Subject: x\n\n", name), StringComparison.Ordinal);

    [Theory]
    [InlineData("From root Sat Nov 4 2000\nSubject: x\n\nbody\n", "body\n")]
    [InlineData("Subject: x\nno field\n\nbody\n", "no field\n\nbody\n")]
    [InlineData("no field at all\n", "no field at all\n")]
    [InlineData("\nbody\n", "body\n")]
    [InlineData("Subject: x\r\n\r\nbody\r\n", "body\r\n")]
    [InlineData("Subject: x", "")]
    [InlineData("", "")]
    public void The_header_ends_at_an_empty_line_or_where_no_field_is(string content, string body) =>
        Assert.Equal(body, Encoding.UTF8.GetString(MessageText.Parse(Encoding.UTF8.GetBytes(content)).Body.Span));

    [Theory]
    [InlineData("a\nb", "a\r\nb\r\n")]
    [InlineData("a\r\nb\rc\n\n", "a\r\nb\r\nc\r\n\r\n")]
    [InlineData(".\n..x\n", "..\r\n...x\r\n")]
    [InlineData("", "")]
    public void Every_line_end_becomes_crlf_and_dots_are_doubled(string content, string wire)
    {
        using var output = new MemoryStream();
        MessageCompleter.WriteLines(output, Encoding.UTF8.GetBytes(content), stuffs: true);
        Assert.Equal(wire, Encoding.UTF8.GetString(output.ToArray()));
    }

    [Theory]
    [InlineData("a@b.example, c@d.example", "a@b.example|c@d.example")]
    [InlineData("\"Last, First\" <a@b.example>", "a@b.example")]
    [InlineData("friends: a@b.example, c@d.example;", "a@b.example|c@d.example")]
    [InlineData("a (x \\) y) @ b.example", "a@b.example")]
    [InlineData("\"a b\"@c.example", "\"a b\"@c.example")]
    [InlineData("undisclosed-recipients:;", "")]
    [InlineData("", "")]
    public void Addresses_are_found_among_names_comments_and_groups(string list, string addresses) => Assert.Equal(
        addresses.Split('|', StringSplitOptions.RemoveEmptyEntries), AddressList.Parse(Encoding.UTF8.GetBytes(list)));

    [Fact]
    public void A_drop_file_is_read_as_it_was_written_and_its_user_is_its_owner()
    {
        SubmittedMessage message = Message("Subject: x\n\n\n\nbody") with
        {
            Sender = string.Empty,
            FullName = "A\nRecipient: evil@x.example",
            Notify = "NEVER",
            Return = "HDRS",
            EnvelopeId = "id",
        };
        using var file = new MemoryStream();
        DropFile.Write(file, message);
        SubmittedMessage read = DropFile.Read(file.ToArray(), new UserAccount(7, "other", string.Empty));

        Assert.Equal("other", read.User.Name);
        Assert.Equal(message.Recipients, read.Recipients);
        Assert.Equal((message.Sender, "A Recipient: evil@x.example"), (read.Sender, read.FullName));
        Assert.Equal(
            (message.Notify, message.Return, message.EnvelopeId, message.Date),
            (read.Notify, read.Return, read.EnvelopeId, read.Date));
        Assert.Equal(message.Content.ToArray(), read.Content.ToArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData("Relay-Drop: 2\nDate: 2026-03-04T12:00:00.0000000+00:00\nRecipient: a\n\n")]
    [InlineData("Relay-Drop: 1\nDate: today\nRecipient: a\n\n")]
    [InlineData("Relay-Drop: 1\nDate: 2026-03-04T12:00:00.0000000+00:00\n\n")]
    [InlineData("Relay-Drop: 1\nDate: 2026-03-04T12:00:00.0000000+00:00\nRecipient: a\n")]
    public void Anything_else_is_no_drop_file(string text) => Assert.Throws<FormatException>(
        () => DropFile.Read(Encoding.UTF8.GetBytes(text), new UserAccount(0, "root", string.Empty)));

    private static SubmittedMessage Message(string content) => new()
    {
        User = new UserAccount(1000, "ann", "Ann User"),
        Date = Noon,
        Content = Encoding.UTF8.GetBytes(content),
        Recipients = ["a@b.example", "root"],
    };

    private static string Header(string content, string? fullName = null)
    {
        SubmittedMessage message = Message(content) with { FullName = fullName };
        return Encoding.UTF8.GetString(MessageCompleter.Header(message, MessageText.Parse(message.Content), Host));
    }

    private static IReadOnlyList<string> Recipients(string content) =>
        MessageCompleter.RecipientsOf(MessageText.Parse(Encoding.UTF8.GetBytes(content)));
}
