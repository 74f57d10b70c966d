using System.Text.Json;
using System.Text.Json.Serialization;
using Relay.LoadGenerator.Sink;
using Relay.LoadGenerator.Source;

namespace Relay.LoadGenerator.Reports;

/// <summary>Reports as JSON; generated code, so that the program starts without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true)]
[JsonSerializable(typeof(SourceReport))]
[JsonSerializable(typeof(SinkReport))]
internal sealed partial class ReportJson : JsonSerializerContext
{
    /// <summary>Writes to the file, or to standard output for <c>-</c>.</summary>
    internal static void Write<T>(string path, T report)
    {
        string text = JsonSerializer.Serialize(report, typeof(T), Default) + "\n";
        if (path == "-")
        {
            Console.Out.Write(text);
        }
        else
        {
            File.WriteAllText(path, text);
        }
    }
}
