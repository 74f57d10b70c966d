using System.Text;
using Relay.Host.Options;

namespace Relay.Host.Import;

/// <summary>
/// Writes an import as a <c>relay.json</c>: above each key the lines that it came from, at the end the lines that set
/// nothing and the list of what could not be carried over.
/// </summary>
internal sealed class RelayFileWriter
{
    private const int GroupedFrom = 4;
    private const int NumbersPerLine = 16;

    private readonly StringBuilder _output = new();

    private RelayFileWriter()
    {
    }

    public static string Write(string source, ImportReport report)
    {
        var writer = new RelayFileWriter();
        writer.Line(0, $"// Written by relay import from {source}.");
        writer.Line(0, $"// Taken: {Count(report, ImportResultKind.Taken)} statements. Nothing to set: "
            + $"{Count(report, ImportResultKind.BuiltIn)}. Not carried over: "
            + $"{Count(report, ImportResultKind.Refused)}, listed at the end.");
        writer.Line(0, "{");
        ImportedValue[] values = [.. report.Values.Where(static v => v.Json.Length > 0).OrderBy(Order)];
        writer.WriteObject(values, string.Empty, 1);
        writer.Line(0, "}");
        writer.WriteLines(
            report, ImportResultKind.BuiltIn, "Nothing to set: the relay does so anyway, or it says nothing of mail");
        writer.WriteLines(report, ImportResultKind.Refused, "NOT CARRIED OVER");
        return writer._output.ToString();
    }

    /// <summary>As docs/operations.md orders them; lists' elements by number.</summary>
    private static int Order(ImportedValue value)
    {
        int place = OptionRegistry.All.ToList().FindIndex(k => k.Path == ImportedValue.KeyPath(value.Path));
        return place < 0 ? int.MaxValue : place;
    }

    private static int Count(ImportReport report, ImportResultKind kind) => report.Lines.Count(l => l.Kind == kind);

    private void WriteObject(IReadOnlyList<ImportedValue> values, string prefix, int depth)
    {
        // Keys of one section stand together, where the section's first key stands.
        var groups = values.GroupBy(v => v.Path[prefix.Length..].Split('.', 2)[0]).ToList();
        var lists = groups.GroupBy(static g => g.Key.Split('[')[0]).ToList();
        for (int i = 0; i < lists.Count; i++)
        {
            string end = i == lists.Count - 1 ? string.Empty : ",";
            IGrouping<string, IGrouping<string, ImportedValue>> list = lists[i];
            if (list.First().Key.EndsWith(']'))
            {
                WriteList(list.Key, [.. list.OrderBy(static g => g.Key, StringComparer.Ordinal)], prefix, depth, end);
            }
            else
            {
                WriteMember(list.First(), prefix, depth, end);
            }
        }
    }

    private void WriteMember(IGrouping<string, ImportedValue> member, string prefix, int depth, string end)
    {
        ImportedValue first = member.First();
        if (first.Path.Length == prefix.Length + member.Key.Length)
        {
            foreach (string comment in first.Comments)
            {
                Line(depth, $"// {comment}");
            }

            Line(depth, $"{JsonText.Quote(member.Key)}: {first.Json}{end}");
            return;
        }

        Line(depth, $"{JsonText.Quote(member.Key)}: {{");
        WriteObject([.. member], $"{prefix}{member.Key}.", depth + 1);
        Line(depth, $"}}{end}");
    }

    private void WriteList(
        string name,
        IReadOnlyList<IGrouping<string, ImportedValue>> elements,
        string prefix,
        int depth,
        string end)
    {
        Line(depth, $"{JsonText.Quote(name)}: [");
        for (int i = 0; i < elements.Count; i++)
        {
            Line(depth + 1, "{");
            WriteObject([.. elements[i]], $"{prefix}{elements[i].Key}.", depth + 2);
            Line(depth + 1, i == elements.Count - 1 ? "}" : "},");
        }

        Line(depth, $"]{end}");
    }

    private void WriteLines(ImportReport report, ImportResultKind kind, string title)
    {
        ImportedLine[] lines = [.. report.Lines.Where(l => l.Kind == kind).OrderBy(static l => l.Statement.Line)];
        if (lines.Length == 0)
        {
            return;
        }

        Line(0, string.Empty);
        Line(0, $"// {title}:");
        foreach (IGrouping<string, ImportedLine> group in lines.GroupBy(static l => l.Text))
        {
            if (group.Count() > GroupedFrom)
            {
                WriteNumbers(group.Select(static l => l.Statement.Line));
            }
            else
            {
                foreach (ImportedLine line in group)
                {
                    Line(0, $"// line {line.Statement.Line}: {ImportReport.Shorten(line.Statement.Text)}");
                }
            }

            Line(0, $"//     {group.Key}");
        }
    }

    /// <summary>The standard lines of a sendmail.cf: their numbers alone.</summary>
    private void WriteNumbers(IEnumerable<int> numbers)
    {
        foreach (int[] row in numbers.Chunk(NumbersPerLine))
        {
            Line(0, $"// lines {string.Join(", ", row)}");
        }
    }

    private void Line(int depth, string text) =>
        _output.Append(' ', depth * 2).Append(text.ReplaceLineEndings(" ")).Append('\n');
}
