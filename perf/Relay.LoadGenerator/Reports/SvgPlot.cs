using System.Globalization;
using System.Security;
using System.Text;
using Relay.LoadGenerator.Source;

namespace Relay.LoadGenerator.Reports;

/// <summary>
/// A run as one SVG picture: throughput over time above, the latency distribution below. It styles itself for light and
/// dark surroundings and needs no script and no font of its own.
/// </summary>
internal static class SvgPlot
{
    private const string Style = """
          <style>
            text { font: 12px system-ui, sans-serif; fill: #1f2933; }
            .title { font-size: 15px; font-weight: 600; }
            .soft { fill: #616e7c; }
            .paper { fill: #ffffff; }
            .grid { stroke: #e4e7eb; stroke-width: 1; }
            .axis { stroke: #7b8794; stroke-width: 1; }
            .a { stroke: #1565c0; stroke-width: 2; fill: none; }
            .area { fill: #1565c0; opacity: 0.15; }
            .b { stroke: #c2410c; stroke-width: 2; fill: none; }
            .dot { fill: #c2410c; }
            @media (prefers-color-scheme: dark) {
              text { fill: #e4e7eb; }
              .soft { fill: #9aa5b1; }
              .paper { fill: #14191f; }
              .grid { stroke: #323f4b; }
              .axis { stroke: #9aa5b1; }
              .a { stroke: #64b5f6; }
              .area { fill: #64b5f6; }
              .b { stroke: #fb923c; }
              .dot { fill: #fb923c; }
            }
          </style>

        """;

    internal static string Create(SourceReport report)
    {
        var svg = new StringBuilder();
        svg.Append("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 820 640\" role=\"img\">\n");
        svg.Append("  <title>").Append(SecurityElement.Escape(Headline(report))).Append("</title>\n").Append(Style);
        svg.Append("  <rect class=\"paper\" width=\"820\" height=\"640\"/>\n");
        Text(svg, 30, 28, "title", Headline(report));
        Text(svg, 30, 48, "soft", Details(report));
        Throughput(svg, report, new PlotArea(70, 90, 720, 210));
        Distribution(svg, report, new PlotArea(70, 370, 720, 210));
        return svg.Append("</svg>\n").ToString();
    }

    private static string Headline(SourceReport report) =>
        $"{report.Acknowledged:N0} messages in {report.Seconds:N2} s, {report.MessagesPerSecond:N0}/s";

    private static string Details(SourceReport report)
    {
        string rate = report.IntendedRate > 0 ? $"intended {report.IntendedRate:N0}/s, " : string.Empty;
        return $"{rate}latency p50 {report.Latency.P50Ms:N2} ms, p99 {report.Latency.P99Ms:N2} ms, "
            + $"max {report.Latency.MaxMs:N2} ms; {report.Connections:N0} connections, run {report.Run}";
    }

    private static void Throughput(StringBuilder svg, SourceReport report, PlotArea area)
    {
        Text(svg, area.Left, area.Top - 14, "title", "Acknowledged messages per second");
        const int IntervalsPerSecond = Measurement.Timeline.IntervalsPerSecond;
        int perPoint = Math.Max(1, (report.Timeline.Count + 299) / 300); // at most 300 points
        double[] rates = [.. report.Timeline.Chunk(perPoint).Select(chunk => chunk.Average() * IntervalsPerSecond)];
        double top = PlotArea.RoundUp(rates.DefaultIfEmpty(1).Max());
        double seconds = Math.Max(rates.Length * perPoint / (double)IntervalsPerSecond, 0.1);
        for (int i = 0; i <= 4; i++)
        {
            Horizontal(svg, area, i / 4.0, $"{top * i / 4:N0}");
            Vertical(svg, area, i / 4.0, $"{seconds * i / 4:0.##} s");
        }

        (double X, double Y)[] points =
            [.. rates.Select((rate, i) => (area.X((i + 0.5) / rates.Length), area.Y(rate / top)))];
        if (points.Length > 0)
        {
            string line = Points(points);
            svg.Append(CultureInfo.InvariantCulture, $"  <polygon class=\"area\" points=\"{Number(points[0].X)},")
                .Append(Number(area.Bottom)).Append(' ').Append(line).Append(' ')
                .Append(Number(points[^1].X)).Append(',').Append(Number(area.Bottom)).Append("\"/>\n");
            svg.Append("  <polyline class=\"a\" points=\"").Append(line).Append("\"/>\n");
        }
    }

    // Percentiles on a scale of nines: each step right is ten times fewer messages.
    private static void Distribution(StringBuilder svg, SourceReport report, PlotArea area)
    {
        Text(svg, area.Left, area.Top - 14, "title", "Latency (ms, logarithmic) by percentile");
        double[][] points = [.. report.LatencyDistribution.Where(point => point[0] < 100 && point[1] > 0)];
        double low = Math.Floor(Math.Log10(points.Select(point => point[1]).DefaultIfEmpty(0.01).Min()));
        double high = Math.Ceiling(Math.Log10(Math.Max(report.Latency.MaxMs, 0.01)) + 1e-9);
        high = Math.Max(high, low + 1);
        for (double decade = low; decade <= high; decade++)
        {
            Horizontal(svg, area, (decade - low) / (high - low), $"{Math.Pow(10, decade):0.#####}");
        }

        foreach (double percent in (double[])[0, 50, 90, 99, 99.9, 99.99, 99.999])
        {
            Vertical(svg, area, Nines(percent), $"{percent.ToString(CultureInfo.InvariantCulture)} %");
        }

        (double X, double Y)[] line = [.. points.Select(point =>
            (area.X(Nines(point[0])), area.Y((Math.Log10(point[1]) - low) / (high - low))))];
        svg.Append("  <polyline class=\"b\" points=\"").Append(Points(line)).Append("\"/>\n");
        foreach ((double x, double y) in line)
        {
            svg.Append("  <circle class=\"dot\" r=\"3\" cx=\"").Append(Number(x)).Append("\" cy=\"").Append(Number(y))
                .Append("\"/>\n");
        }
    }

    private static double Nines(double percent) => Math.Min(-Math.Log10(1 - (percent / 100)) / 5, 1);

    private static void Horizontal(StringBuilder svg, PlotArea area, double fraction, string label)
    {
        double y = area.Y(fraction);
        Line(svg, fraction == 0 ? "axis" : "grid", area.Left, y, area.Left + area.Width, y);
        Text(svg, area.Left - 8, y + 4, "soft", label, "end");
    }

    private static void Vertical(StringBuilder svg, PlotArea area, double fraction, string label)
    {
        double x = area.X(fraction);
        Line(svg, fraction == 0 ? "axis" : "grid", x, area.Top, x, area.Bottom);
        Text(svg, x, area.Bottom + 18, "soft", label, "middle");
    }

    private static void Line(StringBuilder svg, string style, double x1, double y1, double x2, double y2) =>
        svg.Append("  <line class=\"").Append(style).Append("\" x1=\"").Append(Number(x1)).Append("\" y1=\"")
            .Append(Number(y1)).Append("\" x2=\"").Append(Number(x2)).Append("\" y2=\"").Append(Number(y2))
            .Append("\"/>\n");

    private static void Text(
        StringBuilder svg, double x, double y, string style, string text, string anchor = "start") =>
        svg.Append("  <text class=\"").Append(style).Append("\" text-anchor=\"").Append(anchor).Append("\" x=\"")
            .Append(Number(x)).Append("\" y=\"").Append(Number(y)).Append("\">").Append(SecurityElement.Escape(text))
            .Append("</text>\n");

    private static string Points((double X, double Y)[] points) =>
        string.Join(' ', points.Select(point => Number(point.X) + "," + Number(point.Y)));

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
