using System.Text;
using Relay.Delivery.Notifications;
using Relay.Smtp;
using Relay.Testing;

namespace Relay.Delivery.Tests.Notifications;

/// <summary>What a failure notification looks like to an independent parser (RFC 3464, 6522, 6533).</summary>
public sealed class ReportFormatTests : IAsyncDisposable
{
    private readonly NotificationHarness _harness = new(static line =>
        line.StartsWith("RCPT TO:<good", StringComparison.Ordinal) ? null
        : line.StartsWith("RCPT TO:<odd", StringComparison.Ordinal) ? "554-5.7.0 a\r\n554 5.7.0 b\0\u001b[2Jé"
        : line.StartsWith("RCPT", StringComparison.Ordinal) ? "550 5.1.1 No such user"
        : null);

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Fact]
    public async Task Failure_has_every_field_of_the_message_and_of_each_failed_recipient()
    {
        await _harness.SubmitAsync(
            [
                ("bad1@a.test", DsnNotify.Failure, "rfc822;First+2BLast@old.test"),
                ("good@a.test", DsnNotify.Failure, ""),
                ("bad2@a.test", DsnNotify.Unspecified, ""),
                ("bad3@a.test", DsnNotify.Never, ""),
            ],
            change: static request =>
            {
                request.Envelope.SetEnvelopeId("mail+2B1"u8);
                request.Envelope.SetHelo("client.test"u8);
                request.Envelope.SetClient("client.test [192.0.2.1]"u8);
            });

        ReceivedMail mail = await _harness.NotificationAsync();
        Assert.StartsWith("MAIL FROM:<> ", mail.Mail, StringComparison.Ordinal);
        ParsedReport report = await ParsedReport.ParseAsync(mail);
        Assert.Equal(
            [
                "Date", "From", "To", "Subject", "Message-ID", "MIME-Version", "Content-Type",
                "Content-Transfer-Encoding", "Auto-Submitted",
            ],
            report.Fields.Select(static f => f[0]));
        Assert.Equal("Fri, 20 Nov 2026 21:48:02 +0000", report["Date"]);
        Assert.Equal("Mail Delivery Subsystem <MAILER-DAEMON@relay.test>", report["From"]);
        Assert.Equal("sender@client.test", report["To"]);
        Assert.Equal("Returned mail: see transcript for details", report["Subject"]);
        Assert.Equal("1.0", report["MIME-Version"]);
        Assert.Equal("7bit", report["Content-Transfer-Encoding"]);
        Assert.Equal("auto-generated (failure)", report["Auto-Submitted"]);
        Assert.Equal(
            ["text/plain", "message/delivery-status", "message/rfc822"], report.Parts.Select(static p => p.Type));
        Assert.Equal(
            [
                "Original-Envelope-Id: mail+1",
                "Reporting-MTA: dns; relay.test",
                "Received-From-MTA: dns; client.test",
                "Arrival-Date: Fri, 20 Nov 2026 21:48:02 +0000",
            ],
            report.MessageStatus);
        Assert.Equal(2, report.Recipients);
        Assert.Equal(
            [
                "Original-Recipient: rfc822;First+Last@old.test",
                "Final-Recipient: rfc822; bad1@a.test",
                "Action: failed",
                "Status: 5.1.1",
                "Remote-MTA: dns; [127.0.0.1]",
                "Diagnostic-Code: smtp; 550 5.1.1 No such user",
                "Last-Attempt-Date: Fri, 20 Nov 2026 21:48:02 +0000",
            ],
            report.RecipientStatus());
        Assert.Equal("Final-Recipient: rfc822; bad2@a.test", report.RecipientStatus(1)[0]);
        Assert.Equal([["Subject", "x"]], report.Returned.Fields);
        Assert.Equal("Hello\n", report.Returned.Text);
        Assert.Equal(
            """
            The original message was received by relay.test at Fri, 20 Nov 2026 21:48:02 +0000
            from client.test [192.0.2.1]

               ----- The following addresses had permanent fatal errors -----
            <bad1@a.test>
                (reason: 550 5.1.1 No such user)
                (expanded from: <First+Last@old.test>)
            <bad2@a.test>
                (reason: 550 5.1.1 No such user)

               ----- Transcript of session follows -----
            While talking to [127.0.0.1]:
            <<< 550 5.1.1 No such user
            <<< 550 5.1.1 No such user

            """.ReplaceLineEndings("\n"),
            report.Text.Text);
    }

    [Fact]
    public async Task Nothing_that_a_peer_says_can_break_the_report()
    {
        await _harness.SubmitAsync("odd@a.test");
        ParsedReport report = await ParsedReport.ParseAsync(await _harness.NotificationAsync());
        string diagnostic = Assert.Single(
            report.RecipientStatus(), static l => l.StartsWith("Diagnostic-Code", StringComparison.Ordinal));
        Assert.StartsWith("Diagnostic-Code: smtp; 554 5.7.0 ", diagnostic, StringComparison.Ordinal);
        Assert.All(diagnostic, static c => Assert.InRange(c, ' ', '~'));
        Assert.Equal("7bit", report["Content-Transfer-Encoding"]);
    }

    [Fact]
    public async Task Utf8_addresses_make_a_global_report_with_unicode_addresses()
    {
        await _harness.SubmitAsync(
            [("badé@a.test", 0, "utf-8;\\x{E9}+\\x{1F600}@old.test")],
            "Subject: é\r\n",
            static request => request.Envelope.SmtpUtf8 = true);
        ReceivedMail mail = await _harness.NotificationAsync();
        Assert.EndsWith(" BODY=8BITMIME SMTPUTF8", mail.Mail, StringComparison.Ordinal);
        ParsedReport report = await ParsedReport.ParseAsync(mail);
        Assert.Equal(
            ["text/plain", "message/global-delivery-status", "message/global"],
            report.Parts.Select(static p => p.Type));
        Assert.Equal("8bit", report["Content-Transfer-Encoding"]);
        Assert.Contains("Original-Recipient: utf-8;é+😀@old.test", report.RecipientStatus());
        Assert.Contains("Final-Recipient: utf-8; badé@a.test", report.RecipientStatus());
        Assert.Contains("<badé@a.test>", report.Text.Text, StringComparison.Ordinal);
        Assert.Equal([["Subject", "é"]], report.Returned.Fields);
    }

    [Fact]
    public async Task Utf8_original_recipient_is_ascii_in_an_ascii_report_and_a_utf8_header_makes_the_part_global()
    {
        await _harness.SubmitAsync(
            [("bad@a.test", 0, "utf-8;\\x{E9}@old.test")],
            "Subject: é\r\n",
            static request => request.Envelope.SmtpUtf8 = true);
        ReceivedMail mail = await _harness.NotificationAsync();
        Assert.DoesNotContain("SMTPUTF8", mail.Mail, StringComparison.Ordinal);
        ParsedReport report = await ParsedReport.ParseAsync(mail);
        Assert.Equal(
            ["text/plain", "message/delivery-status", "message/global"], report.Parts.Select(static p => p.Type));
        Assert.Contains("Original-Recipient: utf-8;\\x{E9}@old.test", report.RecipientStatus());
        Assert.Contains("Final-Recipient: rfc822; bad@a.test", report.RecipientStatus());
    }

    [Fact]
    public async Task Utf8_headers_alone_are_returned_as_global_headers()
    {
        await _harness.SubmitAsync(
            [("badé@a.test", 0, "")],
            "Subject: é\r\n",
            static request =>
            {
                request.Envelope.SmtpUtf8 = true;
                request.Envelope.Return = DsnReturn.Headers;
            });
        ParsedReport report = await ParsedReport.ParseAsync(await _harness.NotificationAsync());
        Assert.Equal("message/global-headers", report.Returned.Type);
        Assert.Contains("Subject: é", report.Returned.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Precedence: bulk\r\n", DsnReturn.Unspecified, false)]
    [InlineData("Precedence: bulk\r\n", DsnReturn.Full, true)]
    [InlineData("Precedence: special-delivery\r\n", DsnReturn.Unspecified, true)]
    [InlineData("Subject: x\r\n", DsnReturn.Headers, false)]
    public async Task Body_of_bulk_mail_is_not_returned_unless_asked_for(string header, DsnReturn ret, bool whole)
    {
        await _harness.SubmitAsync([("bad@a.test", 0, "")], header, request => request.Envelope.Return = ret);
        ParsedReport report = await ParsedReport.ParseAsync(await _harness.NotificationAsync());
        Assert.Equal(whole ? "message/rfc822" : "text/rfc822-headers", report.Returned.Type);
    }

    [Theory]
    [InlineData("a@b.c", "a@b.c", "a@b.c")]
    [InlineData("\\x{E9}@b.c", "é@b.c", "\\x{E9}@b.c")]
    [InlineData("é@b.c", "é@b.c", "\\x{E9}@b.c")]
    [InlineData("\\x{1F600}\\x{5C}@b.c", "😀\\@b.c", "\\x{1F600}\\x{5C}@b.c")]
    [InlineData("\\x{D800}@b.c", "\\x{D800}@b.c", "\\x{5C}x{D800}@b.c")]
    [InlineData("\\x{A}\\x{}\\x{1234567}\\x{", "\\x{A}\\x{}\\x{1234567}\\x{", null)]
    public void Unicode_addresses_have_both_forms(string given, string decoded, string? encoded)
    {
        byte[] octets = Encoding.UTF8.GetBytes(given);
        Assert.Equal(decoded, UnicodeAddress.Decode(octets));
        if (encoded is not null)
        {
            Assert.Equal(encoded, UnicodeAddress.Encode(octets));
        }

        Assert.All(UnicodeAddress.Encode(octets), static c => Assert.InRange(c, '!', '~'));
    }
}
