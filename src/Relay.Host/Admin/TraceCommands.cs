using System.Text;
using System.Text.Json;
using Relay.Logging.Tracing;

namespace Relay.Host.Admin;

/// <summary>
/// The request <c>trace TEXT</c> of the admin socket: the events of the messages that the text names.
/// </summary>
internal sealed class TraceCommands(ITraceSource? source)
{
    /// <summary>Writes the events' lines; returns what went wrong, or null.</summary>
    public async ValueTask<string?> RunAsync(string text, AdminResponse response, CancellationToken cancellation)
    {
        if (source is null)
        {
            return "nothing is remembered: trace.memory and trace.file are off";
        }

        IReadOnlyList<string> lines = await Task.Run(() => TraceInquiry.Find(source, text), cancellation);
        foreach (string line in lines)
        {
            using JsonDocument document = JsonDocument.Parse(Encoding.UTF8.GetBytes(line));
            document.RootElement.WriteTo(response.Json);
            await response.EndLineAsync(cancellation);
        }

        return lines.Count == 0 ? $"{text}: nothing remembered of it" : null;
    }
}
