using System.Globalization;
using System.Text;

namespace Relay.Host.Submission;

/// <summary>
/// The form of a message in the drop folder: lines <c>Key: value</c>, an empty line, the content as it was read.
/// </summary>
internal static class DropFile
{
    private const string FirstLine = "Relay-Drop: 1";
    private const int HeadLengthMax = 1 << 20;

    /// <summary>Everything but the user, whose word the file's owner is.</summary>
    public static void Write(Stream output, SubmittedMessage message)
    {
        var head = new StringBuilder();
        head.Append(FirstLine).Append('\n');
        Add("Date", message.Date.ToString("O", CultureInfo.InvariantCulture));
        Add("Sender", message.Sender is { } sender ? $"<{sender}>" : null);
        Add("Full-Name", message.FullName);
        Add("Notify", message.Notify);
        Add("Return", message.Return);
        Add("Envelope-Id", message.EnvelopeId);
        foreach (string recipient in message.Recipients)
        {
            Add("Recipient", recipient);
        }

        head.Append('\n');
        output.Write(Encoding.UTF8.GetBytes(head.ToString()));
        output.Write(message.Content.Span);

        void Add(string key, string? value)
        {
            if (value is not null)
            {
                head.Append(key).Append(": ").Append(value.ReplaceLineEndings(" ")).Append('\n');
            }
        }
    }

    /// <exception cref="FormatException">It is no such file.</exception>
    public static SubmittedMessage Read(ReadOnlyMemory<byte> octets, UserAccount owner)
    {
        int end = octets.Span[..Math.Min(octets.Length, HeadLengthMax)].IndexOf("\n\n"u8);
        string[] lines = end < 0 ? [] : Encoding.UTF8.GetString(octets.Span[..end]).Split('\n');
        if (lines.Length == 0 || lines[0] != FirstLine)
        {
            throw new FormatException($"expected \"{FirstLine}\" in the first line");
        }

        ILookup<string, string> values = lines.Skip(1)
            .Select(static line => line.Split(": ", 2))
            .Where(static pair => pair.Length == 2)
            .ToLookup(static pair => pair[0], static pair => pair[1]);
        bool isDate = DateTimeOffset.TryParseExact(
            values["Date"].FirstOrDefault(),
            "O",
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out DateTimeOffset date);
        if (!isDate || !values["Recipient"].Any())
        {
            throw new FormatException("expected Date and Recipient");
        }

        return new SubmittedMessage
        {
            User = owner,
            Date = date,
            Sender = values["Sender"].FirstOrDefault() is ['<', .. var inside, '>'] ? inside : null,
            FullName = values["Full-Name"].FirstOrDefault(),
            Notify = values["Notify"].FirstOrDefault(),
            Return = values["Return"].FirstOrDefault(),
            EnvelopeId = values["Envelope-Id"].FirstOrDefault(),
            Recipients = [.. values["Recipient"]],
            Content = octets[(end + 2)..],
        };
    }
}
