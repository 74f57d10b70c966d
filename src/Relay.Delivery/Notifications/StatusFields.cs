using System.Text;
using Relay.Delivery.Attempts;
using Relay.Queue;
using Relay.Smtp;
using Relay.Smtp.Replies;

namespace Relay.Delivery.Notifications;

/// <summary>
/// The part for programs: the fields about the message and about each recipient (RFC 3464 §2, RFC 6533 §4). Stateless.
/// </summary>
internal static class StatusFields
{
    public static void Write(
        NotificationOutput output, NotificationSubject subject, string hostName, DateTimeOffset now)
    {
        WriteMessageFields(output, subject, hostName);
        foreach (ref RecipientAttempt recipient in subject.Attempt.Recipients)
        {
            if (subject.Includes(recipient))
            {
                output.Line(string.Empty);
                WriteRecipient(output, subject, recipient, now);
            }
        }
    }

    private static void WriteMessageFields(NotificationOutput output, NotificationSubject subject, string hostName)
    {
        Envelope envelope = subject.Message.Envelope;
        if (!envelope.EnvelopeId.IsEmpty && !subject.IsForOwner)
        {
            output.XtextLine("Original-Envelope-Id: "u8, envelope.EnvelopeId);
        }

        output.Line($"Reporting-MTA: dns; {hostName}");
        if (!envelope.Helo.IsEmpty)
        {
            output.Line("Received-From-MTA: dns; "u8, envelope.Helo);
        }

        output.Line($"Arrival-Date: {NotificationOutput.Date(subject.Message.Received)}");
    }

    private static void WriteRecipient(
        NotificationOutput output, NotificationSubject subject, in RecipientAttempt recipient, DateTimeOffset now)
    {
        MessageAttempt attempt = subject.Attempt;
        WriteOriginal(output, attempt.Message.Envelope.GetRecipient(recipient.Ordinal).OriginalRecipient);
        ReadOnlySpan<byte> final = attempt.RcptAddress(recipient);
        output.Line(Ascii.IsValid(final) ? "Final-Recipient: rfc822; "u8 : "Final-Recipient: utf-8; "u8, final);
        output.Line($"Action: {ActionOf(subject.Kind, recipient)}");
        output.Line($"Status: {StatusOf(subject.Kind, recipient)}");
        if (recipient.Peer is { Length: > 0 } peer)
        {
            output.Line("Remote-MTA: dns; "u8, NameOf(peer));
        }

        if (recipient.Code > 0)
        {
            output.Bytes("Diagnostic-Code: smtp; "u8);
            NotificationText.WriteDiagnostic(output, attempt, recipient);
            output.Line(string.Empty);
        }

        output.Line($"Last-Attempt-Date: {NotificationOutput.Date(now)}");
        if (subject.Kind == NotificationKind.Delay)
        {
            output.Line(
                $"Will-Retry-Until: {NotificationOutput.Date(attempt.Message.Received + subject.Life.Lifetime)}");
        }
    }

    /// <summary>ORCPT as the sender gave it (RFC 3464 §2.3.1), its encoding taken off.</summary>
    private static void WriteOriginal(NotificationOutput output, ReadOnlySpan<byte> original)
    {
        int separator = original.IndexOf((byte)';');
        if (separator <= 0)
        {
            return;
        }

        ReadOnlySpan<byte> address = original[(separator + 1)..];
        output.Bytes("Original-Recipient: "u8);
        output.Text(original[..separator]);
        if (!Ascii.EqualsIgnoreCase(original[..separator], "utf-8"u8))
        {
            output.XtextLine(";"u8, address);
            return;
        }

        string text = output.IsUtf8 ? UnicodeAddress.Decode(address) : UnicodeAddress.Encode(address);
        output.Line(";"u8, Encoding.UTF8.GetBytes(text));
    }

    /// <summary>The name, or for a host known by its address alone the address with its brackets.</summary>
    public static ReadOnlySpan<byte> NameOf(ReadOnlySpan<byte> peer)
    {
        int end = peer.IndexOf((byte)' ');
        return end < 0 ? peer : peer[..end];
    }

    private static string ActionOf(NotificationKind kind, in RecipientAttempt recipient) => kind switch
    {
        NotificationKind.Delay => "delayed",
        NotificationKind.Success => recipient.IsFinalDelivery ? "delivered" : "relayed",
        _ => "failed",
    };

    private static EnhancedStatusCode StatusOf(NotificationKind kind, in RecipientAttempt recipient)
    {
        if (recipient.Status == RecipientStatus.Expired)
        {
            return new EnhancedStatusCode(4, 4, 7);
        }

        byte digit = kind switch
        {
            NotificationKind.Delay => 4,
            NotificationKind.Success => 2,
            _ => 5,
        };
        return recipient.EnhancedCode.Class == digit ? recipient.EnhancedCode : new EnhancedStatusCode(digit, 0, 0);
    }
}
