using System.Globalization;
using System.Text;

namespace Relay.Host.Submission;

/// <summary>
/// Gives a local message what it lacks: Date, Message-ID, From and a To (Sendmail: NoRecipientAction
/// <c>add-to-undisclosed</c>); takes Bcc and Return-Path from it, and puts the host's name behind addresses without a
/// domain.
/// </summary>
internal static class MessageCompleter
{
    private static readonly string[] RecipientFields = ["To", "Cc", "Bcc"];

    /// <summary>Fields whose addresses are made complete.</summary>
    private static readonly byte[][] AddressFields =
    [
        .. ((string[])["From", "Sender", "Reply-To", "To", "Cc", "Errors-To"])
            .SelectMany(static name => (string[])[name, $"Resent-{name}"])
            .Select(Encoding.ASCII.GetBytes),
    ];

    /// <summary>The recipients that the header names (<c>-t</c>): of Resent- fields where there are such.</summary>
    public static IReadOnlyList<string> RecipientsOf(MessageText text)
    {
        string prefix = text.IsResent ? "Resent-" : string.Empty;
        byte[][] names = [.. RecipientFields.Select(name => Encoding.ASCII.GetBytes(prefix + name))];
        var found = new List<string>();
        foreach (HeaderField field in text.Fields)
        {
            if (Array.Exists(names, name => field.Is(name)) || (!text.IsResent && field.Is("Apparently-To"u8)))
            {
                found.AddRange(AddressList.Parse(field.Body));
            }
        }

        return found;
    }

    /// <summary>The reverse-path, without brackets.</summary>
    public static string SenderOf(SubmittedMessage message, string hostName) =>
        Qualify(message.Sender ?? message.User.Name, hostName);

    /// <summary>The header section with CRLFs and the empty line behind it.</summary>
    public static byte[] Header(SubmittedMessage message, MessageText text, string hostName)
    {
        using var output = new MemoryStream(1024);
        string prefix = text.IsResent ? "Resent-" : string.Empty;
        AddMissing(output, message, text, prefix, hostName);
        foreach (HeaderField field in text.Fields)
        {
            if (!field.Is("Bcc"u8) && !field.Is("Resent-Bcc"u8) && !field.Is("Return-Path"u8))
            {
                WriteField(output, field, hostName);
            }
        }

        if (!HasVisibleRecipients(text))
        {
            Write(output, $"{prefix}To: undisclosed-recipients:;\r\n");
        }

        Write(output, "\r\n");
        return output.ToArray();
    }

    /// <summary>Writes octets with every line end as CRLF; a CR alone ends a line, too.</summary>
    /// <param name="stuffs">Doubles a dot at the beginning of a line, as DATA wants it.</param>
    public static void WriteLines(Stream output, ReadOnlySpan<byte> octets, bool stuffs)
    {
        while (!octets.IsEmpty)
        {
            int end = octets.IndexOfAny((byte)'\r', (byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? octets : octets[..end];
            if (stuffs && !line.IsEmpty && line[0] == '.')
            {
                output.WriteByte((byte)'.');
            }

            output.Write(line);
            output.Write("\r\n"u8);
            if (end < 0)
            {
                return;
            }

            bool isPair = octets[end] == '\r' && end + 1 < octets.Length && octets[end + 1] == '\n';
            octets = octets[(end + (isPair ? 2 : 1))..];
        }
    }

    public static string Qualify(string address, string hostName) =>
        address.Length == 0 || address.Contains('@', StringComparison.Ordinal) ? address : $"{address}@{hostName}";

    private static void AddMissing(
        MemoryStream output, SubmittedMessage message, MessageText text, string prefix, string hostName)
    {
        if (!text.Has(Encoding.ASCII.GetBytes($"{prefix}Date")))
        {
            Write(output, $"{prefix}Date: {DateText(message.Date)}\r\n");
        }

        if (!text.Has(Encoding.ASCII.GetBytes($"{prefix}From")))
        {
            Write(output, $"{prefix}From: {FromText(message, hostName)}\r\n");
        }

        if (!text.Has(Encoding.ASCII.GetBytes($"{prefix}Message-Id")))
        {
            string time = message.Date.ToUniversalTime().ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture);
            var chance = Guid.NewGuid(); // the system's random octets, without loading a library for them
            Write(output, $"{prefix}Message-ID: <{time}.{chance:N}@{hostName}>\r\n");
        }
    }

    private static string DateText(DateTimeOffset date)
    {
        TimeSpan zone = date.Offset;
        string sign = zone < TimeSpan.Zero ? "-" : "+";
        return date.ToString("ddd, d MMM yyyy HH':'mm':'ss ", CultureInfo.InvariantCulture)
            + sign + zone.ToString("hhmm", CultureInfo.InvariantCulture);
    }

    private static string FromText(SubmittedMessage message, string hostName)
    {
        string address = SenderOf(message, hostName) is { Length: > 0 } sender ? sender : $"MAILER-DAEMON@{hostName}";
        string name = Clean(message.FullName ?? (message.Sender is null ? message.User.FullName : string.Empty));
        bool isPlain = name.All(static c => char.IsAsciiLetterOrDigit(c) || c == ' ' || c > '~');
        return name.Length == 0 ? address
            : isPlain ? $"{name} <{address}>"
            : $"\"{Escaped(name)}\" <{address}>";
    }

    /// <summary>RFC 5322 §3.2.4.</summary>
    private static string Escaped(string name) => name.Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal);

    /// <summary>A name that comes from outside must not begin another field.</summary>
    private static string Clean(string name) => string.Concat(name.Where(static c => !char.IsControl(c))).Trim();

    private static bool HasVisibleRecipients(MessageText text)
    {
        string prefix = text.IsResent ? "Resent-" : string.Empty;
        return text.Has(Encoding.ASCII.GetBytes($"{prefix}To")) || text.Has(Encoding.ASCII.GetBytes($"{prefix}Cc"))
            || (!text.IsResent && text.Has("Apparently-To"u8));
    }

    private static void WriteField(MemoryStream output, HeaderField field, string hostName)
    {
        ReadOnlySpan<byte> octets = field.Octets.Span;
        if (Array.Exists(AddressFields, name => field.Is(name)))
        {
            using var whole = new MemoryStream(octets.Length + 64);
            whole.Write(octets[..field.BodyStart]);
            whole.Write(AddressList.Qualify(field.Body, hostName));
            WriteLines(output, whole.GetBuffer().AsSpan(0, (int)whole.Length), stuffs: false);
            return;
        }

        WriteLines(output, octets, stuffs: false);
    }

    private static void Write(MemoryStream output, string text) => output.Write(Encoding.UTF8.GetBytes(text));
}
