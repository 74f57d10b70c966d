using Relay.LoadGenerator.Source;

namespace Relay.LoadGenerator.Reports;

/// <summary>Placeholder until the plot lands in this file.</summary>
internal static class SvgPlot
{
    internal static string Create(SourceReport report) => $"<svg xmlns=\"http://www.w3.org/2000/svg\"><title>{report.Run}</title></svg>";
}
