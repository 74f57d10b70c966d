using System.Globalization;
using System.Text;

namespace Relay.Host.Submission;

/// <summary>
/// The form of a message in the drop folder: lines <c>Key: value</c>, an empty line, the content as it was read.
/// </summary>
internal static class DropFile
{
    private const string FirstLine = "Relay-Drop: 1";
    private const int HeadLengthMax = 16 << 20;

    /// <summary>Writes a message.</summary>
    /// <param name="output">The file.</param>
    /// <param name="message">What is left of it.</param>
    /// <param name="namesUser">
    /// The relay's own record of another's message. Else nothing is said of the user: the file's owner is its word.
    /// </param>
    public static void Write(Stream output, SubmittedMessage message, bool namesUser = false)
    {
        var head = new StringBuilder();
        head.Append(FirstLine).Append('\n');
        Add("User", namesUser ? $"{message.User.Id}" : null);
        Add("Date", message.Date.ToString("O", CultureInfo.InvariantCulture));
        Add("Sender", message.Sender is { } sender ? $"<{sender}>" : null);
        Add("Full-Name", message.FullName);
        Add("Notify", message.Notify);
        Add("Return", message.Return);
        Add("Envelope-Id", message.EnvelopeId);
        Add("Configuration", message.ConfigurationFile);
        foreach (string recipient in message.Recipients)
        {
            Add("Recipient", recipient);
        }

        foreach ((string recipient, string reply) in message.Refused)
        {
            Add("Refused", $"{recipient.Replace('\t', ' ')}\t{reply}");
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

    /// <summary>Reads a message.</summary>
    /// <param name="octets">The file.</param>
    /// <param name="owner">Whose file it is.</param>
    /// <param name="mayNameUser">The owner is the relay, whose word for another user counts.</param>
    /// <exception cref="FormatException">It is no such file.</exception>
    public static SubmittedMessage Read(ReadOnlyMemory<byte> octets, UserAccount owner, bool mayNameUser = false)
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
        if (!isDate || (!values["Recipient"].Any() && !(mayNameUser && values["Refused"].Any())))
        {
            throw new FormatException("expected Date and Recipient");
        }

        bool isNamed = uint.TryParse(
            values["User"].FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out uint user);
        return new SubmittedMessage
        {
            User = mayNameUser && isNamed ? UserAccount.Find(user) : owner,
            Date = date,
            Sender = values["Sender"].FirstOrDefault() is ['<', .. var inside, '>'] ? inside : null,
            FullName = values["Full-Name"].FirstOrDefault(),
            Notify = values["Notify"].FirstOrDefault(),
            Return = values["Return"].FirstOrDefault(),
            EnvelopeId = values["Envelope-Id"].FirstOrDefault(),
            ConfigurationFile = values["Configuration"].FirstOrDefault(),
            Recipients = [.. values["Recipient"]],
            Refused = mayNameUser
                ? [.. values["Refused"].Select(static v => v.Split('\t', 2)).Select(static v => (v[0], v[^1]))]
                : [],
            Content = octets[(end + 2)..],
        };
    }
}
