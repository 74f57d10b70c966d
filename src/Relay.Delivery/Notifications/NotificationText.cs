using Relay.Delivery.Attempts;
using Relay.Queue;
using Relay.Smtp.Addressing;

namespace Relay.Delivery.Notifications;

/// <summary>The part for people, in Sendmail's words. Stateless.</summary>
internal static class NotificationText
{
    public static void Write(NotificationOutput output, NotificationSubject subject, string hostName)
    {
        if (subject.Kind == NotificationKind.Delay)
        {
            output.Line("    **********************************************");
            output.Line("    **      THIS IS A WARNING MESSAGE ONLY      **");
            output.Line("    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **");
            output.Line("    **********************************************");
            output.Line(string.Empty);
        }

        output.Line(
            $"The original message was received by {hostName} at {NotificationOutput.Date(subject.Message.Received)}");
        ReadOnlySpan<byte> client = subject.Message.Envelope.Client;
        output.Line("from "u8, client.IsEmpty ? "localhost"u8 : client);
        output.Line(string.Empty);
        output.Line(subject.Kind switch
        {
            NotificationKind.Delay => "   ----- The following addresses had transient non-fatal errors -----",
            NotificationKind.Success => "   ----- The following addresses had successful delivery notifications -----",
            _ => "   ----- The following addresses had permanent fatal errors -----",
        });
        foreach (ref RecipientAttempt recipient in subject.Attempt.Recipients)
        {
            if (subject.Includes(recipient))
            {
                WriteRecipient(output, subject, recipient);
            }
        }

        WriteTranscript(output, subject);
    }

    private static void WriteRecipient(
        NotificationOutput output, NotificationSubject subject, in RecipientAttempt recipient)
    {
        MessageAttempt attempt = subject.Attempt;
        if (subject.Kind == NotificationKind.Success)
        {
            output.Line("<"u8, attempt.ForwardPath(recipient), recipient.IsFinalDelivery
                ? ">  (successfully delivered to mailbox)"u8
                : ">  (relayed to non-DSN-aware mailer)"u8);
            return;
        }

        output.Line("<"u8, attempt.ForwardPath(recipient), ">"u8);
        output.Bytes("    (reason: "u8);
        WriteDiagnostic(output, attempt, recipient);
        output.Line(")");
        WriteOriginal(output, attempt, recipient);
    }

    /// <summary>Says what the sender wrote, if that was something else.</summary>
    private static void WriteOriginal(
        NotificationOutput output, MessageAttempt attempt, in RecipientAttempt recipient)
    {
        ReadOnlySpan<byte> original = attempt.Message.Envelope.GetRecipient(recipient.Ordinal).OriginalRecipient;
        int separator = original.IndexOf((byte)';');
        if (!System.Text.Ascii.EqualsIgnoreCase(original[..Math.Max(0, separator)], "rfc822"u8))
        {
            return;
        }

        Span<byte> address = new byte[original.Length];
        address = address[..Xtext.Decode(original[(separator + 1)..], address)];
        if (!address.SequenceEqual(attempt.ForwardPath(recipient)))
        {
            output.Line("    (expanded from: <"u8, address, ">)"u8);
        }
    }

    private static void WriteTranscript(NotificationOutput output, NotificationSubject subject)
    {
        if (subject.Kind == NotificationKind.Success)
        {
            return;
        }

        output.Line(string.Empty);
        output.Line("   ----- Transcript of session follows -----");
        byte[] peer = [];
        bool anyExpired = false;
        foreach (ref RecipientAttempt recipient in subject.Attempt.Recipients)
        {
            if (!subject.Includes(recipient))
            {
                continue;
            }

            if (recipient.Peer is { Length: > 0 } host && recipient.Code > 0)
            {
                if (!peer.AsSpan().SequenceEqual(host))
                {
                    output.Line("While talking to "u8, StatusFields.NameOf(host), ":"u8);
                    peer = host;
                }

                output.Bytes("<<< "u8);
                WriteDiagnostic(output, subject.Attempt, recipient);
                output.Line(string.Empty);
            }
            else
            {
                output.Bytes(recipient.Status == RecipientStatus.Bounced ? default : "Deferred: "u8);
                WriteDiagnostic(output, subject.Attempt, recipient);
                output.Line(string.Empty);
            }

            anyExpired |= recipient.Status == RecipientStatus.Expired;
        }

        if (anyExpired)
        {
            output.Line($"Cannot send message for {Interval.ToWords(subject.Life.Lifetime)}");
            output.Line("Message will be deleted from queue");
        }

        if (subject.Kind == NotificationKind.Delay)
        {
            output.Line($"Warning: message still undelivered after {Interval.ToWords(subject.Life.Warning)}");
            output.Line($"Will keep trying until message is {Interval.ToWords(subject.Life.Lifetime)} old");
        }
    }

    public static void WriteDiagnostic(
        NotificationOutput output, MessageAttempt attempt, in RecipientAttempt recipient)
    {
        Span<byte> line = stackalloc byte[Diagnostic.LengthMax];
        int length = Diagnostic.Write(line, recipient.Code, recipient.EnhancedCode, attempt.Text(recipient).Span);
        output.Text(line[..length]);
    }
}
