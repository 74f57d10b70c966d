using System.Text;

namespace Relay.Logging.Tests;

/// <summary>
/// The lines of Sendmail's maillog: <c>MMM dd hh:mm:ss host sendmail[pid]: QID: …</c> (Sendmail: logsender in
/// envelope.c, logdelivery in deliver.c, rscheck and smtp in srvrsmtp.c).
/// </summary>
public class SendmailFormatterTests
{
    private const string Prefix = "Nov 20 21:48:02 mail sendmail[4711]: ";

    [Fact]
    public void A_received_message_is_a_from_line_with_size_class_nrcpts_msgid_proto_daemon_and_relay() => Assert.Equal(
        Prefix + "1K3ABCDEF0000001: from=<a@b.example>, size=1234, class=0, nrcpts=1, msgid=<x@y>, "
        + "bodytype=8BITMIME, proto=ESMTP, daemon=MTA, relay=client.example [192.0.2.1]",
        Line((ref MailEvent e) =>
        {
            e.Kind = MailEventKind.Accepted;
            e.QueueId = "1K3ABCDEF0000001"u8;
            e.ReversePath = "a@b.example"u8;
            e.HasReversePath = true;
            e.Size = 1234;
            e.RecipientCount = 1;
            e.MessageId = "<x@y>"u8;
            e.BodyType = "8BITMIME"u8;
            e.Protocol = "ESMTP"u8;
            e.Via = "MTA"u8;
            e.Peer = "client.example [192.0.2.1]"u8;
        }));

    [Fact]
    public void A_delivery_is_a_to_line_with_delay_xdelay_mailer_pri_relay_dsn_and_stat_Sent() => Assert.Equal(
        Prefix + "1K3ABCDEF0000001: to=<b@c.example>, delay=00:00:02, xdelay=00:00:01, mailer=relay, pri=31234, "
        + "relay=mx.example. [192.0.2.9], dsn=2.0.0, stat=Sent (ok queued as 123)",
        Line((ref MailEvent e) =>
        {
            Attempt(ref e, MailEventKind.Delivered, "250 2.0.0 ok queued as 123"u8);
            e.Priority = 31234;
        }));

    [Fact]
    public void A_long_delay_is_days_plus_hours_minutes_seconds() => Assert.Contains(
        ", delay=3+04:05:06, ",
        Line((ref MailEvent e) =>
        {
            Attempt(ref e, MailEventKind.Delivered, "250 ok"u8);
            e.Delay = new TimeSpan(3, 4, 5, 6);
        }),
        StringComparison.Ordinal);

    [Fact]
    public void A_failed_connection_is_stat_Deferred_with_its_reason_and_no_reply() => Assert.EndsWith(
        "dsn=4.0.0, stat=Deferred: Connection refused by mx.example.",
        Line((ref MailEvent e) => Attempt(
            ref e, MailEventKind.Deferred, "Connection refused by mx.example."u8)),
        StringComparison.Ordinal);

    [Fact]
    public void A_temporary_refusal_is_stat_Deferred_with_the_remote_reply() => Assert.EndsWith(
        "dsn=4.2.0, reply=450 4.2.0 Greylisted, stat=Deferred: 450 4.2.0 Greylisted",
        Line((ref MailEvent e) => Attempt(ref e, MailEventKind.Deferred, "450 4.2.0 Greylisted"u8)),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("550 5.1.1 No such mailbox", "dsn=5.1.1, reply=550 5.1.1 No such mailbox, stat=User unknown")]
    [InlineData("550 gone", "dsn=5.0.0, reply=550 gone, stat=User unknown")]
    [InlineData("550 5.1.2 No such host", "dsn=5.1.2, reply=550 5.1.2 No such host, stat=Host unknown")]
    [InlineData("554 5.7.1 Spam", "dsn=5.7.1, reply=554 5.7.1 Spam, stat=Service unavailable")]
    [InlineData("5.1.2 No such domain", "dsn=5.1.2, stat=Host unknown (No such domain)")]
    public void A_permanent_refusal_has_Sendmails_word_for_its_exit_code(string reply, string end) => Assert.EndsWith(
        end,
        Line((ref MailEvent e) => Attempt(ref e, MailEventKind.Bounced, Encoding.UTF8.GetBytes(reply))),
        StringComparison.Ordinal);

    [Fact]
    public void A_message_that_is_too_old_is_status_4_4_7() => Assert.EndsWith(
        "dsn=4.4.7, stat=Cannot send message (Connection timed out)",
        Line((ref MailEvent e) => Attempt(ref e, MailEventKind.Expired, "Connection timed out"u8)),
        StringComparison.Ordinal);

    [Fact]
    public void A_refused_recipient_is_ruleset_check_rcpt_with_the_reply() => Assert.Equal(
        Prefix + "ruleset=check_rcpt, arg1=<b@c.example>, relay=client.example [192.0.2.1], "
        + "reject=550 5.7.1 <b@c.example>... Relaying denied",
        Line((ref MailEvent e) =>
        {
            Reject(ref e, MailStage.Rcpt, "550 5.7.1 <b@c.example>... Relaying denied"u8);
            e.Recipient = "b@c.example"u8;
        }));

    [Fact]
    public void A_refused_sender_is_ruleset_check_mail() => Assert.Equal(
        Prefix + "ruleset=check_mail, arg1=<a@b>, relay=client.example [192.0.2.1], reject=553 5.1.8 no",
        Line((ref MailEvent e) =>
        {
            Reject(ref e, MailStage.Mail, "553 5.1.8 no"u8);
            e.ReversePath = "a@b"u8;
        }));

    [Theory]
    [InlineData("client.example [192.0.2.1]", "arg1=client.example, arg2=192.0.2.1")]
    [InlineData("[192.0.2.1]", "arg1=[192.0.2.1], arg2=192.0.2.1")]
    [InlineData("x.example [IPv6:2001:db8::1] (may be forged)", "arg1=x.example, arg2=IPv6:2001:db8::1")]
    public void A_refused_client_is_ruleset_check_relay_with_name_and_address(string peer, string arguments) =>
        Assert.Equal(
            $"{Prefix}ruleset=check_relay, {arguments}, relay={peer}, reject=550 5.7.1 Access denied",
            Line((ref MailEvent e) =>
            {
                Reject(ref e, MailStage.Connect, "550 5.7.1 Access denied"u8);
                e.Peer = Encoding.ASCII.GetBytes(peer);
            }));

    [Fact]
    public void A_discarded_message_and_a_quarantined_one_say_so()
    {
        Assert.EndsWith("relay=[192.0.2.1], discard", Line((ref MailEvent e) =>
        {
            e.Kind = MailEventKind.Discarded;
            e.Peer = "[192.0.2.1]"u8;
        }), StringComparison.Ordinal);
        Assert.EndsWith(": quarantine=looks odd", Line((ref MailEvent e) =>
        {
            e.Kind = MailEventKind.Held;
            e.Reply = "looks odd"u8;
        }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "did not issue MAIL/EXPN/VRFY/ETRN during connection",
        "c.example [192.0.2.1] did not issue MAIL/EXPN/VRFY/ETRN during connection to MTA")]
    [InlineData(
        "lost input channel after data (message dropped)", "lost input channel from c.example [192.0.2.1] to MTA after data")]
    [InlineData(
        "timeout waiting for input", "timeout waiting for input from c.example [192.0.2.1] during server cmd read")]
    [InlineData(
        "Possible SMTP RCPT flood, throttling.", "c.example [192.0.2.1]: Possible SMTP RCPT flood, throttling.")]
    [InlineData("VRFY root [rejected]", "c.example [192.0.2.1]: VRFY root [rejected]")]
    [InlineData(
        "possible SMTP attack: command=AUTH, count=6",
        "c.example [192.0.2.1]: possible SMTP attack: command=AUTH, count=6")]
    [InlineData(
        "rejecting commands from c.example [192.0.2.1] due to pre-greeting traffic after 2 seconds",
        "rejecting commands from c.example [192.0.2.1] due to pre-greeting traffic after 2 seconds")]
    [InlineData("AUTH=server, relay=x, mech=PLAIN", "AUTH=server, relay=x, mech=PLAIN")]
    public void What_is_said_of_a_session_names_the_client_where_Sendmail_names_it(string text, string line) =>
        Assert.Equal(Prefix + line, Line((ref MailEvent e) =>
        {
            e.Kind = MailEventKind.Session;
            e.Peer = "c.example [192.0.2.1]"u8;
            e.Via = "MTA"u8;
            e.Reply = Encoding.ASCII.GetBytes(text);
        }));

    [Fact]
    public void A_notification_is_named_with_its_cause_before_its_own_from_line()
    {
        string[] lines = MailLogLines.Of(MailLogFormat.Sendmail, (ref MailEvent e) =>
        {
            e.Kind = MailEventKind.Accepted;
            e.QueueId = "1K3ABCDEF0000002"u8;
            e.Original = "1K3ABCDEF0000001"u8;
            e.Reply = "User unknown"u8;
            e.HasReversePath = true;
            e.Peer = "localhost"u8;
        }).Split('\n');

        Assert.Equal(Prefix + "1K3ABCDEF0000001: 1K3ABCDEF0000002: DSN: User unknown", lines[0]);
        Assert.StartsWith(Prefix + "1K3ABCDEF0000002: from=<>, size=0", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_peer_says_can_neither_end_the_line_nor_leave_its_field() => Assert.Equal(
        Prefix + "ruleset=check_rcpt, arg1=<b\\x0aNov\\x20x>, relay=client.example [192.0.2.1], reject=550 a\\x0ab",
        Line((ref MailEvent e) =>
        {
            Reject(ref e, MailStage.Rcpt, "550 a\nb"u8);
            e.Recipient = "b\nNov x"u8;
        }));

    [Fact]
    public void The_longest_fields_fit_into_a_line()
    {
        byte[] much = new byte[3000];
        much.AsSpan().Fill((byte)'\n');
        byte[] reply = [.. "450 4.2.0 "u8, .. much];
        string line = Line((ref MailEvent e) =>
        {
            Attempt(ref e, MailEventKind.Deferred, reply);
            e.Recipient = much;
            e.Peer = much;
            e.Mailer = much;
        });

        Assert.InRange(line.Length, 1000, FieldLimits.Line);
    }

    private static string Line(MailLogLines.Fill fill) => MailLogLines.Of(MailLogFormat.Sendmail, fill).TrimEnd('\n');

    private static void Attempt(ref MailEvent e, MailEventKind kind, ReadOnlySpan<byte> reply)
    {
        e.Kind = kind;
        e.QueueId = "1K3ABCDEF0000001"u8;
        e.Recipient = "b@c.example"u8;
        e.Delay = TimeSpan.FromSeconds(2.9);
        e.AttemptTime = TimeSpan.FromSeconds(1);
        e.Mailer = "relay"u8;
        e.Peer = "mx.example [192.0.2.9]"u8;
        e.Reply = reply;
    }

    private static void Reject(ref MailEvent e, MailStage stage, ReadOnlySpan<byte> reply)
    {
        e.Kind = MailEventKind.Rejected;
        e.Stage = stage;
        e.Peer = "client.example [192.0.2.1]"u8;
        e.Reply = reply;
    }
}
