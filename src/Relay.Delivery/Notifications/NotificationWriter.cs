using System.Buffers;
using System.Globalization;
using System.Text;
using Relay.Delivery.Attempts;
using Relay.Queue;
using Relay.Smtp;
using Relay.Smtp.Addressing;
using Relay.Smtp.Replies;

namespace Relay.Delivery.Notifications;

/// <summary>
/// Writes a delivery status notification: multipart/report (RFC 6522) of an explanation, the status fields (RFC 3464,
/// RFC 6533 if addresses are not ASCII) and the returned message, in wire form: about the recipients with one
/// reverse-path, and to it. Used once.
/// </summary>
internal sealed class NotificationWriter(
    DeliveryOptions options, MessageAttempt attempt, int sender, DateTimeOffset now)
{
    private readonly ArrayBufferWriter<byte> _output = new(4096);
    private readonly QueuedMessage _message = attempt.Message;

    /// <summary>Stuffed dots in what was written: only the returned message has any.</summary>
    public long StuffedDotCount { get; private set; }

    /// <summary>An octet >= 0x80 may be in what was written.</summary>
    public bool IsEightBit { get; private set; }

    /// <summary>Header fields or addresses need RFC 6531.</summary>
    public bool IsUtf8 { get; private set; }

    /// <summary>Writes the whole notification; its octets live as long as this writer.</summary>
    public ReadOnlyMemory<byte> Write(QueueId id, bool isFailure)
    {
        string host = options.HostName;
        string boundary = $"{id}.{_message.Id}/{host}";
        ReturnedContent returned = ReturnedContent.Choose(
            _message, IsForOwner() ? DsnReturn.Unspecified : _message.Envelope.Return, options.Notifications);
        FindUtf8();
        IsEightBit = IsUtf8 || returned.IsEightBit;

        Line($"Date: {now.ToString("ddd, dd MMM yyyy HH:mm:ss", CultureInfo.InvariantCulture)} +0000");
        Line($"From: Mail Delivery Subsystem <MAILER-DAEMON@{host}>");
        Bytes("To: <"u8);
        Bytes(attempt.ReversePath(attempt.Recipients[sender]));
        Line(">");
        Line($"Subject: {(isFailure ? "Returned mail: see transcript for details" : "Return receipt")}");
        Line($"Message-ID: <{id}@{host}>");
        Line("MIME-Version: 1.0");
        Line("Content-Type: multipart/report; report-type=delivery-status;");
        Line($"\tboundary=\"{boundary}\"");
        Line($"Content-Transfer-Encoding: {(IsEightBit ? "8bit" : "7bit")}");
        Line($"Auto-Submitted: auto-generated ({(isFailure ? "failure" : "return-receipt")})");
        Line(string.Empty);
        Line("This is a MIME-encapsulated message");
        Part(boundary, "text/plain; charset=utf-8", IsUtf8);
        WriteExplanation(isFailure);
        Part(boundary, IsUtf8 ? "message/global-delivery-status" : "message/delivery-status", IsUtf8);
        WriteMessageFields();
        WriteRecipients();
        Part(boundary, returned.IsWhole ? WholeType() : HeadersType(), returned.IsEightBit);
        StuffedDotCount = returned.CopyTo(_message, _output);
        Line(string.Empty);
        Line($"--{boundary}--");
        return _output.WrittenMemory;
    }

    private string WholeType() => IsUtf8 ? "message/global" : "message/rfc822";

    private string HeadersType() => IsUtf8 ? "message/global-headers" : "text/rfc822-headers";

    private void Part(string boundary, string type, bool isEightBit)
    {
        Line(string.Empty);
        Line($"--{boundary}");
        Line($"Content-Type: {type}");
        if (isEightBit)
        {
            Line("Content-Transfer-Encoding: 8bit");
        }

        Line(string.Empty);
    }

    private void WriteExplanation(bool isFailure)
    {
        Line($"The original message was received at {Date(_message.Received)}");
        Bytes("from "u8);
        Text(_message.Envelope.Client.IsEmpty ? "localhost"u8 : _message.Envelope.Client);
        Line(string.Empty);
        Line(string.Empty);
        Line(isFailure
            ? "   ----- The following addresses had permanent fatal errors -----"
            : "   ----- The following addresses had successful delivery notifications -----");
        foreach (ref RecipientAttempt recipient in attempt.Recipients)
        {
            if (NotificationRules.IsDue(attempt, recipient, sender))
            {
                Bytes("<"u8);
                Text(attempt.ForwardPath(recipient));
                Line(">");
                Bytes("    (reason: "u8);
                WriteDiagnostic(recipient);
                Line(")");
                if (recipient.Status == RecipientStatus.Expired)
                {
                    Line($"    (expanded: Cannot send message for {Period(options.Retry.Lifetime)})");
                }
            }
        }
    }

    private void WriteMessageFields()
    {
        Envelope envelope = _message.Envelope;
        if (!envelope.EnvelopeId.IsEmpty && !IsForOwner())
        {
            Bytes("Original-Envelope-Id: "u8);
            Decoded(envelope.EnvelopeId);
        }

        Line($"Reporting-MTA: dns; {options.HostName}");
        if (!envelope.Helo.IsEmpty)
        {
            Bytes("Received-From-MTA: dns; "u8);
            Text(envelope.Helo);
            Line(string.Empty);
        }

        Line($"Arrival-Date: {Date(_message.Received)}");
    }

    private void WriteRecipients()
    {
        foreach (ref RecipientAttempt recipient in attempt.Recipients)
        {
            if (NotificationRules.IsDue(attempt, recipient, sender))
            {
                Line(string.Empty);
                WriteRecipient(recipient);
            }
        }
    }

    private void WriteRecipient(in RecipientAttempt recipient)
    {
        ReadOnlySpan<byte> original = _message.Envelope.GetRecipient(recipient.Ordinal).OriginalRecipient;
        int separator = original.IndexOf((byte)';');
        if (separator > 0)
        {
            Bytes("Original-Recipient: "u8);
            Text(original[..separator]);
            Bytes(";"u8);
            Decoded(original[(separator + 1)..]);
        }

        ReadOnlySpan<byte> final = attempt.RcptAddress(recipient);
        Bytes(Ascii.IsValid(final) ? "Final-Recipient: rfc822; "u8 : "Final-Recipient: utf-8; "u8);
        Text(final);
        Line(string.Empty);
        Line(recipient.Status == RecipientStatus.Delivered ? "Action: relayed" : "Action: failed");
        Line($"Status: {StatusOf(recipient)}");
        if (attempt.Peer.Length > 0)
        {
            Bytes("Remote-MTA: dns; "u8);
            Text(PeerName());
            Line(string.Empty);
        }

        if (recipient.Code > 0)
        {
            Bytes("Diagnostic-Code: smtp; "u8);
            WriteDiagnostic(recipient);
            Line(string.Empty);
        }

        Line($"Last-Attempt-Date: {Date(now)}");
    }

    /// <summary>The name, or for a host known by its address alone the address with its brackets.</summary>
    private ReadOnlySpan<byte> PeerName()
    {
        int end = attempt.Peer.AsSpan().IndexOf((byte)' ');
        return end < 0 ? attempt.Peer : attempt.Peer.AsSpan(0, end);
    }

    private static EnhancedStatusCode StatusOf(in RecipientAttempt recipient)
    {
        if (recipient.Status == RecipientStatus.Expired)
        {
            return new EnhancedStatusCode(4, 4, 7);
        }

        byte digit = recipient.Status == RecipientStatus.Delivered ? (byte)2 : (byte)5;
        return recipient.EnhancedCode.Class == digit ? recipient.EnhancedCode : new EnhancedStatusCode(digit, 0, 0);
    }

    private void WriteDiagnostic(in RecipientAttempt recipient)
    {
        Span<byte> line = stackalloc byte[Diagnostic.LengthMax];
        int length = Diagnostic.Write(line, recipient.Code, recipient.EnhancedCode, attempt.Text(recipient).Span);
        Text(line[..length]);
    }

    private void FindUtf8()
    {
        IsUtf8 = !Ascii.IsValid(attempt.ReversePath(attempt.Recipients[sender]));
        foreach (ref RecipientAttempt recipient in attempt.Recipients)
        {
            IsUtf8 |= NotificationRules.IsDue(attempt, recipient, sender)
                && (!Ascii.IsValid(attempt.ForwardPath(recipient)) || !Ascii.IsValid(attempt.RcptAddress(recipient)));
        }
    }

    /// <summary>To a list's owner, who gave neither ENVID nor RET.</summary>
    private bool IsForOwner() =>
        _message.Envelope.GetRecipient(attempt.Recipients[sender].Ordinal).HasOwnReversePath;

    private static string Date(DateTimeOffset date) =>
        date.ToUniversalTime().ToString("ddd, d MMM yyyy HH:mm:ss", CultureInfo.InvariantCulture) + " +0000";

    private static string Period(TimeSpan period) =>
        period.TotalDays >= 1 ? $"{period.TotalDays:0.#} days"
        : period.TotalHours >= 1 ? $"{period.TotalHours:0.#} hours"
        : $"{period.TotalMinutes:0.#} minutes";

    private void Decoded(ReadOnlySpan<byte> xtext)
    {
        byte[] text = new byte[xtext.Length];
        Text(text.AsSpan(0, Xtext.Decode(xtext, text)));
        Line(string.Empty);
    }

    /// <summary>Peers' octets: nothing in them can end the line.</summary>
    private void Text(ReadOnlySpan<byte> text)
    {
        Span<byte> span = _output.GetSpan(Math.Max(1, text.Length));
        for (int i = 0; i < text.Length; i++)
        {
            span[i] = text[i] is < (byte)' ' or 0x7F || (text[i] >= 0x80 && !IsUtf8) ? (byte)'?' : text[i];
        }

        _output.Advance(text.Length);
    }

    private void Bytes(ReadOnlySpan<byte> octets) => _output.Write(octets);

    private void Line(string text)
    {
        Encoding.UTF8.GetBytes(text, _output);
        _output.Write("\r\n"u8);
    }
}
