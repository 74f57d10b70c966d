using System.Globalization;
using System.Text;
using Relay.Delivery.Attempts;
using Relay.Queue;
using Relay.Smtp;

namespace Relay.Delivery.Notifications;

/// <summary>
/// Writes a delivery status notification: multipart/report (RFC 6522) of an explanation, the status fields (RFC 3464,
/// RFC 6533 if addresses are not ASCII) and the returned message, in wire form. Used once.
/// </summary>
/// <param name="isCopy">For the postmaster, who gets no body and is not asked by RET.</param>
internal sealed class NotificationWriter(
    NotificationSubject subject, string hostName, DateTimeOffset now, bool isCopy)
{
    private readonly NotificationOutput _output = new();
    private readonly QueuedMessage _message = subject.Message;

    /// <summary>Stuffed dots in what was written: only the returned message has any.</summary>
    public long StuffedDotCount { get; private set; }

    /// <summary>An octet >= 0x80 may be in what was written.</summary>
    public bool IsEightBit { get; private set; }

    /// <summary>Header fields or addresses need RFC 6531.</summary>
    public bool IsUtf8 => _output.IsUtf8;

    private bool IsForAdministrator => isCopy || subject.Kind == NotificationKind.DoubleBounce;

    /// <summary>Writes the whole notification; its octets live as long as this writer.</summary>
    /// <param name="to">The mailbox in the To field.</param>
    public ReadOnlyMemory<byte> Write(QueueId id, ReadOnlySpan<byte> to)
    {
        string boundary = $"{id}.{_message.Id}/{hostName}";
        ReturnedContent returned = ChooseContent();
        _output.IsUtf8 = NeedsUtf8(to);
        IsEightBit = IsUtf8 || returned.IsEightBit;

        _output.Line($"Date: {now.ToString("ddd, dd MMM yyyy HH:mm:ss", CultureInfo.InvariantCulture)} +0000");
        _output.Line($"From: Mail Delivery Subsystem <MAILER-DAEMON@{hostName}>");
        _output.Line("To: <"u8, to, to.Contains((byte)'@') ? ">"u8 : Encoding.ASCII.GetBytes($"@{hostName}>"));
        _output.Line($"Subject: {Title()}");
        _output.Line($"Message-ID: <{id}@{hostName}>");
        _output.Line("MIME-Version: 1.0");
        _output.Line("Content-Type: multipart/report; report-type=delivery-status;");
        _output.Line($"\tboundary=\"{boundary}\"");
        _output.Line($"Content-Transfer-Encoding: {(IsEightBit ? "8bit" : "7bit")}");
        _output.Line($"Auto-Submitted: auto-generated ({Cause()})");
        _output.Line(string.Empty);
        _output.Line("This is a MIME-encapsulated message");
        Part(boundary, "text/plain; charset=utf-8", IsUtf8);
        NotificationText.Write(_output, subject, hostName);
        Part(boundary, IsUtf8 ? "message/global-delivery-status" : "message/delivery-status", IsUtf8);
        StatusFields.Write(_output, subject, hostName, now);
        Part(boundary, TypeOf(returned), returned.IsEightBit);
        StuffedDotCount = returned.CopyTo(_message, _output.Buffer);
        _output.Line(string.Empty);
        _output.Line($"--{boundary}--");
        return _output.Written;
    }

    private string Title() => IsForAdministrator ? "Postmaster notify: see transcript for details" : subject.Kind switch
    {
        NotificationKind.Delay =>
            $"Warning: could not send message for past {Interval.ToWords(subject.Life.Warning)}",
        NotificationKind.Success => "Return receipt",
        _ => "Returned mail: see transcript for details",
    };

    private string Cause() => IsForAdministrator ? "postmaster-notification" : subject.Kind switch
    {
        NotificationKind.Delay => "warning-timeout",
        NotificationKind.Success => "return-receipt",
        _ => "failure",
    };

    /// <summary>
    /// Only failures return more than the header section (RFC 3461 §4.3), unless the mail was a bulk.
    /// </summary>
    private ReturnedContent ChooseContent()
    {
        DsnReturn asked = subject.IsForOwner ? DsnReturn.Unspecified : _message.Envelope.Return;
        bool headersOnly = isCopy || !subject.IsFailure || (subject.Life.IsBulk && asked != DsnReturn.Full);
        return ReturnedContent.Choose(_message, headersOnly ? DsnReturn.Headers : asked, subject.Options);
    }

    /// <summary>
    /// A header section that is not ASCII makes the message one of RFC 6532, whatever its addresses are.
    /// </summary>
    private string TypeOf(ReturnedContent returned)
    {
        bool isGlobal = IsUtf8 || (_message.Envelope.SmtpUtf8 && returned.HasUtf8Header);
        return returned.IsWhole
            ? isGlobal ? "message/global" : "message/rfc822"
            : isGlobal ? "message/global-headers" : "text/rfc822-headers";
    }

    private void Part(string boundary, string type, bool isEightBit)
    {
        _output.Line(string.Empty);
        _output.Line($"--{boundary}");
        _output.Line($"Content-Type: {type}");
        if (isEightBit)
        {
            _output.Line("Content-Transfer-Encoding: 8bit");
        }

        _output.Line(string.Empty);
    }

    private bool NeedsUtf8(ReadOnlySpan<byte> to)
    {
        bool needs = !Ascii.IsValid(to);
        foreach (ref RecipientAttempt recipient in subject.Attempt.Recipients)
        {
            needs |= subject.Includes(recipient)
                && (!Ascii.IsValid(subject.Attempt.ForwardPath(recipient))
                    || !Ascii.IsValid(subject.Attempt.RcptAddress(recipient)));
        }

        return needs;
    }
}
