namespace Relay.EndToEnd.Tests.Monitoring;

/// <summary>A span that a collector was given (opentelemetry/proto/trace/v1).</summary>
internal sealed record PushedSpan(
    string TraceId,
    string SpanId,
    string Parent,
    string Name,
    ulong Kind,
    ulong Start,
    ulong End,
    IReadOnlyDictionary<string, string> Attributes,
    ulong Status,
    IReadOnlyList<string> LinkedTraces)
{
    public const ulong Internal = 1;
    public const ulong Server = 2;
    public const ulong Client = 3;
    public const ulong Error = 2;

    public string this[string attribute] => Attributes.GetValueOrDefault(attribute, "(none)");

    /// <summary>The spans of an <c>ExportTraceServiceRequest</c>.</summary>
    public static IEnumerable<PushedSpan> Read(byte[] request) =>
        from resource in ProtoField.Read(request).Where(static f => f.Number == 1)
        from scope in resource.Fields.Where(static f => f.Number == 2)
        from span in scope.Fields.Where(static f => f.Number == 2)
        select Of(span.Fields);

    private static PushedSpan Of(IReadOnlyList<ProtoField> fields) => new(
        Hex(fields, 1),
        Hex(fields, 2),
        Hex(fields, 4),
        fields.Single(static f => f.Number == 5).Text,
        fields.Single(static f => f.Number == 6).Value,
        fields.Single(static f => f.Number == 7).Value,
        fields.Single(static f => f.Number == 8).Value,
        ProtoField.Attributes(fields.Where(static f => f.Number == 9)),
        fields.FirstOrDefault(static f => f.Number == 15)?.Fields.FirstOrDefault(static f => f.Number == 3)?.Value ?? 0,
        [.. fields.Where(static f => f.Number == 13).Select(static link => Hex(link.Fields, 1))]);

    private static string Hex(IReadOnlyList<ProtoField> fields, int number) =>
        fields.FirstOrDefault(f => f.Number == number) is { } field ? Convert.ToHexString(field.Octets.Span) : string.Empty;
}
