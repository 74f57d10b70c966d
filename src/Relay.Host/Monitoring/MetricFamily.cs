using System.Globalization;
using System.Text;

namespace Relay.Host.Monitoring;

/// <summary>The samples of one name in the Prometheus text format.</summary>
internal sealed class MetricFamily(string name, string help, string type, HistogramCounts? histogram)
{
    public HistogramCounts? Histogram => histogram;

    public List<(string Labels, double Value)> Samples { get; } = [];

    /// <summary>E.g. <c>state="held",code="451"</c>.</summary>
    public static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            return string.Empty;
        }

        var text = new StringBuilder();
        foreach ((string key, object? value) in tags)
        {
            text.Append(text.Length > 0 ? "," : string.Empty)
                .Append(key.Replace('.', '_'))
                .Append("=\"")
                .Append(Escape(Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty))
                .Append('"');
        }

        return text.ToString();
    }

    public void WriteTo(StringBuilder text)
    {
        if (Samples.Count == 0 && histogram is null)
        {
            return;
        }

        text.Append("# HELP ").Append(name).Append(' ').Append(Escape(help)).Append('\n');
        text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
        if (histogram is not null)
        {
            WriteHistogram(text, histogram);
        }

        foreach ((string labels, double value) in Samples)
        {
            Line(text, name, labels, value);
        }
    }

    private void WriteHistogram(StringBuilder text, HistogramCounts counts)
    {
        long sum = 0;
        for (int i = 0; i <= counts.Bounds.Count; i++)
        {
            sum += counts.Count(i);
            string bound = i < counts.Bounds.Count ? Number(counts.Bounds[i]) : "+Inf";
            Line(text, name + "_bucket", $"le=\"{bound}\"", sum);
        }

        Line(text, name + "_sum", string.Empty, counts.Sum);
        Line(text, name + "_count", string.Empty, sum);
    }

    private static void Line(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Escape(string text) => text
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal);
}
