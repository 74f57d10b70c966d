using System.Text;

namespace Relay.Host.Submission;

/// <summary>
/// Tells the sender of a message that was left while the relay was down which recipients were refused, with the message
/// itself (Sendmail: error mode m).
/// </summary>
internal static class ReturnedMessage
{
    public static SubmittedMessage Make(SubmittedMessage message, string hostName, DateTimeOffset now)
    {
        string boundary = $"returned.{message.Date.ToUnixTimeMilliseconds()}.{Guid.NewGuid():N}";
        var text = new StringBuilder();
        text.Append($"""
            From: Mail Delivery Subsystem <MAILER-DAEMON@{hostName}>
            To: <{MessageCompleter.SenderOf(message, hostName)}>
            Subject: Returned mail: see transcript for details
            Auto-Submitted: auto-generated (failure)
            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary="{boundary}"

            --{boundary}
            Content-Type: text/plain; charset=utf-8

            The original message was submitted at {message.Date:R}
            from {message.User.Name}@localhost

               ----- The following addresses had permanent fatal errors -----

            """);
        foreach ((string recipient, string reply) in message.Refused)
        {
            text.Append($"<{recipient}>\n    (reason: {reply})\n");
        }

        text.Append($"\n--{boundary}\nContent-Type: message/rfc822\n\n");
        byte[] head = Encoding.UTF8.GetBytes(text.ToString());
        byte[] tail = Encoding.UTF8.GetBytes($"\n--{boundary}--\n");
        return message with
        {
            Date = now,
            Refused = [],
            Sender = string.Empty,
            FullName = null,
            Notify = null,
            Return = null,
            EnvelopeId = null,
            Content = (byte[])[.. head, .. message.Content.Span, .. tail],
        };
    }
}
