using System.Text.Json;
using System.Xml.Linq;
using Relay.LoadGenerator.Measurement;
using Relay.LoadGenerator.Reports;
using Relay.LoadGenerator.Sink;
using Relay.LoadGenerator.Source;

namespace Relay.LoadGenerator.Tests.Reports;

public class ReportTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    public static TheoryData<int> TimelineLengths => [0, 1, 7, 300, 301, 36_000];

    [Theory]
    [MemberData(nameof(TimelineLengths))]
    public void The_plot_is_well_formed_and_stays_in_its_picture(int intervals)
    {
        SourceReport report = Report([.. Enumerable.Range(0, intervals).Select(i => i % 100)]);
        XElement root = XDocument.Parse(SvgPlot.Create(report)).Root!;
        Assert.Equal(Svg + "svg", root.Name);
        Assert.Contains("prefers-color-scheme: dark", root.Element(Svg + "style")!.Value, StringComparison.Ordinal);
        XElement[] lines = [.. root.Elements(Svg + "polyline")];
        Assert.Equal(intervals == 0 ? 1 : 2, lines.Length);
        foreach (string point in lines.SelectMany(line => line.Attribute("points")!.Value.Split(' ')))
        {
            double[] position = [.. point.Split(',').Select(double.Parse)];
            Assert.InRange(position[0], 0, 820);
            Assert.InRange(position[1], 0, 640);
        }
    }

    [Fact]
    public void The_plot_of_an_empty_run_is_well_formed_too()
    {
        SourceReport report = Report([]) with { Latency = new LatencySummary(), LatencyDistribution = [] };
        Assert.NotNull(XDocument.Parse(SvgPlot.Create(report)).Root);
        Assert.DoesNotContain("NaN", SvgPlot.Create(report), StringComparison.Ordinal);
    }

    [Fact]
    public void Json_has_the_figures_under_camel_case_names()
    {
        string path = Path.GetTempFileName();
        ReportJson.Write(path, Report([1, 2]));
        JsonElement json = JsonDocument.Parse(File.ReadAllText(path)).RootElement;
        Assert.Equal(3, json.GetProperty("acknowledged").GetInt64());
        Assert.Equal(2.5, json.GetProperty("latency").GetProperty("p99Ms").GetDouble());
        Assert.Equal(4, json.GetProperty("negativeReplies").GetProperty("Rcpt 550").GetInt64());
        ReportJson.Write(path, new SinkReport { Messages = 9, Verification = new VerificationReport { Lost = 1 } });
        json = JsonDocument.Parse(File.ReadAllText(path)).RootElement;
        Assert.Equal(1, json.GetProperty("verification").GetProperty("lost").GetInt64());
        File.Delete(path);
    }

    [Fact]
    public void The_text_names_what_went_wrong_and_only_that()
    {
        var output = new StringWriter();
        ReportText.Write(output, Report([1]));
        Assert.Contains("Rcpt 550: 4", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("resent", output.ToString(), StringComparison.Ordinal);
        output = new StringWriter();
        ReportText.Write(output, new SinkReport
        {
            Violations = 2,
            Verification = new VerificationReport { Lost = 1, LostExamples = ["00000001-00000002"] },
        });
        Assert.Contains("protocol violations: 2", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("lost: 00000001-00000002", output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(1.5, 2)]
    [InlineData(4321, 5000)]
    [InlineData(80_001, 100_000)]
    public void Axes_end_on_round_numbers(double value, double end)
    {
        Assert.Equal(end, PlotArea.RoundUp(value));
    }

    private static SourceReport Report(int[] timeline) => new()
    {
        Run = "0000000a",
        Acknowledged = 3,
        Seconds = 1.5,
        MessagesPerSecond = 2,
        NegativeReplies = new Dictionary<string, long> { ["Rcpt 550"] = 4 },
        Latency = new LatencySummary { Count = 3, P99Ms = 2.5, MaxMs = 3.25 },
        AcknowledgeLatency = new LatencySummary(),
        Timeline = timeline,
        TimelineMaxMs = [.. timeline.Select(_ => 1.0)],
        LatencyDistribution = [[0, 0.01], [50, 0.2], [90, 1], [99, 2.5], [99.999, 3.2], [100, 3.25]],
    };
}
