using System.Buffers;
using System.Text;
using Relay.Queue;

namespace Relay.Delivery.Scheduling;

/// <summary>
/// Reads a message's class out of its header section, as Sendmail does: <c>Precedence:</c> by the numbers of its
/// standard configuration (above zero is urgent, below non-urgent), a notification by its type, and
/// <c>Priority: urgent|normal|non-urgent</c>, which counts before both. The first field of a name counts. Stateless.
/// </summary>
internal static class ClassFields
{
    /// <summary>More of a header section is not looked at: Sendmail's MaxHeadersLength.</summary>
    private const int LengthMax = 32 * 1024;

    public static MessageClass Read(QueuedMessage message)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(LengthMax);
        try
        {
            int length = message.Read(0, buffer.AsSpan(0, (int)Math.Min(LengthMax, message.WireLength)));
            return Of(buffer.AsSpan(0, length), message.Envelope.ReversePath.IsEmpty);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <param name="header">The content from its beginning.</param>
    /// <param name="isNullSender">The message has the null reverse-path.</param>
    public static MessageClass Of(ReadOnlySpan<byte> header, bool isNullSender)
    {
        int precedence = 0;
        bool isReport = isNullSender;
        MessagePriority? priority = null;
        bool precedenceSeen = false;
        bool typeSeen = false;
        bool prioritySeen = false;
        while (TryTakeField(ref header, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value))
        {
            if (!precedenceSeen && Ascii.EqualsIgnoreCase(name, "precedence"u8))
            {
                precedenceSeen = true;
                precedence = PrecedenceOf(value);
            }
            else if (!prioritySeen && Ascii.EqualsIgnoreCase(name, "priority"u8))
            {
                prioritySeen = true;
                priority = PriorityOf(value);
            }
            else if (!typeSeen && Ascii.EqualsIgnoreCase(name, "content-type"u8))
            {
                typeSeen = true;
                isReport |= IsStatusReport(value);
            }
        }

        return new MessageClass(
            priority
            ?? (isReport ? MessagePriority.Notification
                : precedence > 0 ? MessagePriority.Urgent
                : precedence < 0 ? MessagePriority.NonUrgent
                : MessagePriority.Normal),
            precedence < 0);
    }

    /// <summary>The next field with its continuation lines; false at the end of the header section.</summary>
    private static bool TryTakeField(
        ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        name = value = default;
        int end = 0;
        do
        {
            int line = rest[end..].IndexOf("\r\n"u8);
            end = line < 0 ? rest.Length : end + line + 2;
        }
        while (end < rest.Length && rest[end] is (byte)' ' or (byte)'\t');

        ReadOnlySpan<byte> field = rest[..end];
        rest = rest[end..];
        int colon = field.IndexOf((byte)':');
        if (field.IsEmpty || field.SequenceEqual("\r\n"u8))
        {
            return false;
        }

        if (colon > 0)
        {
            name = Trim(field[..colon]);
            value = Trim(field[(colon + 1)..]);
        }

        return true;
    }

    /// <summary>Sendmail's P lines; what is not among them is ordinary.</summary>
    private static int PrecedenceOf(ReadOnlySpan<byte> value) =>
        Ascii.EqualsIgnoreCase(value, "special-delivery"u8) ? 100
        : Ascii.EqualsIgnoreCase(value, "list"u8) ? -30
        : Ascii.EqualsIgnoreCase(value, "bulk"u8) ? -60
        : Ascii.EqualsIgnoreCase(value, "junk"u8) ? -100
        : 0;

    private static MessagePriority? PriorityOf(ReadOnlySpan<byte> value) =>
        Ascii.EqualsIgnoreCase(value, "urgent"u8) ? MessagePriority.Urgent
        : Ascii.EqualsIgnoreCase(value, "normal"u8) ? MessagePriority.Normal
        : Ascii.EqualsIgnoreCase(value, "non-urgent"u8) ? MessagePriority.NonUrgent
        : null;

    private static bool IsStatusReport(ReadOnlySpan<byte> value)
    {
        string text = Encoding.Latin1.GetString(value);
        return text.StartsWith("multipart/report", StringComparison.OrdinalIgnoreCase)
            && text.Contains("delivery-status", StringComparison.OrdinalIgnoreCase);
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text) => text.Trim(" \t\r\n"u8);
}
