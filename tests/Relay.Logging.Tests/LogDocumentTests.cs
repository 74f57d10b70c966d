using System.Text;
using System.Text.Json;
using Relay.Testing;

namespace Relay.Logging.Tests;

/// <summary>
/// docs/logs.md says what the code does: its tables are checked, and written with RELAY_TEST_WRITE_DOCS=1.
/// </summary>
public class LogDocumentTests
{
    private const string Begin = "<!-- fields: written by a test -->\n";
    private const string End = "<!-- end of fields -->";

    [Fact]
    public void The_document_lists_every_field_of_a_json_event()
    {
        string path = Path.Combine(Repository.Root, "docs/logs.md");
        string text = File.ReadAllText(path);
        int begin = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        int end = text.IndexOf(End, StringComparison.Ordinal);
        string wanted = Table();
        if (Environment.GetEnvironmentVariable("RELAY_TEST_WRITE_DOCS") == "1")
        {
            File.WriteAllText(path, text[..begin] + wanted + text[end..]);
            return;
        }

        Assert.Equal(wanted, text[begin..end]);
        foreach (MailEventKind kind in Enum.GetValues<MailEventKind>())
        {
            Assert.Contains($"`{Encoding.ASCII.GetString(EventNames.Of(kind))}`", text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(MailEventKind.Accepted)]
    [InlineData(MailEventKind.Deferred)]
    [InlineData(MailEventKind.Rejected)]
    [InlineData(MailEventKind.Session)]
    public void A_json_event_has_fields_of_the_list_only_and_in_its_order(MailEventKind kind)
    {
        string line = MailLogLines.Of(MailLogFormat.Json, (ref MailEvent e) =>
        {
            e.Kind = kind;
            e.QueueId = e.Original = "1K3ABCDEF0000001"u8;
            e.ReversePath = e.Recipient = e.Peer = e.Helo = e.Via = e.MessageId = "x@y"u8;
            e.Protocol = e.BodyType = e.Mailer = "w"u8;
            e.HasReversePath = true;
            e.Stage = MailStage.Rcpt;
            e.Reply = "450 4.2.0 later"u8;
            e.RecipientCount = 1;
            e.Size = 1;
            e.AttemptTime = TimeSpan.FromSeconds(1);
        });
        using JsonDocument document = JsonDocument.Parse(line);
        string[] names = [.. document.RootElement.EnumerateObject().Select(static p => p.Name)];
        string[] known = [.. LogFields.All.Select(static f => f.Name)];

        Assert.Empty(names.Except(known));
        Assert.Equal(known.Where(names.Contains), names);
    }

    private static string Table()
    {
        var table = new StringBuilder("| Field | Type | Meaning |\n| --- | --- | --- |\n");
        foreach (LogField field in LogFields.All)
        {
            table.Append($"| `{field.Name}` | {field.Type} | {field.Description} |\n");
        }

        return table.ToString();
    }
}
