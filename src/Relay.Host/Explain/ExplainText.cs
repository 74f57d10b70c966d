using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Relay.Host.Commands;
using Relay.Routing.Tracing;

namespace Relay.Host.Explain;

/// <summary>Prints an explanation.</summary>
internal static class ExplainText
{
    public static void Print(TextWriter output, IReadOnlyList<ExplainStage> stages)
    {
        foreach (ExplainStage stage in stages)
        {
            output.WriteLine(Printable.Of(stage.Command));
            foreach (TraceStep step in stage.Steps)
            {
                string place = step.Place.Length == 0 ? string.Empty : $"  ({step.Place})";
                output.WriteLine(Printable.Of($"  {step.Check,-11} {step.Rule} \"{step.Key}\": {step.Outcome}{place}"));
            }

            output.WriteLine(Printable.Of($"  => {stage.Outcome}"));
            foreach (string destination in stage.Destinations)
            {
                output.WriteLine(Printable.Of($"     {destination}"));
            }
        }
    }

    public static void PrintJson(TextWriter output, IReadOnlyList<ExplainStage> stages)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(
            buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartArray();
            foreach (ExplainStage stage in stages)
            {
                WriteStage(writer, stage);
            }

            writer.WriteEndArray();
        }

        output.WriteLine(Encoding.UTF8.GetString(buffer.ToArray()));
    }

    private static void WriteStage(Utf8JsonWriter writer, ExplainStage stage)
    {
        writer.WriteStartObject();
        writer.WriteString("command", stage.Command);
        writer.WriteStartArray("rules");
        foreach (TraceStep step in stage.Steps)
        {
            writer.WriteStartObject();
            writer.WriteString("check", step.Check);
            writer.WriteString("rule", step.Rule);
            writer.WriteString("key", step.Key);
            writer.WriteString("outcome", step.Outcome);
            writer.WriteString("place", step.Place);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("outcome", stage.Outcome);
        writer.WriteStartArray("destinations");
        foreach (string destination in stage.Destinations)
        {
            writer.WriteStringValue(destination);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
