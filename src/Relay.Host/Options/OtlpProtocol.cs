namespace Relay.Host.Options;

/// <summary>How OTLP is spoken, by the words of <c>OTEL_EXPORTER_OTLP_PROTOCOL</c>.</summary>
internal enum OtlpProtocol
{
    /// <summary><c>http/protobuf</c>: a POST for each push, by HTTP/1.1.</summary>
    HttpProtobuf,

    /// <summary><c>grpc</c>: calls by HTTP/2, in clear without an upgrade.</summary>
    Grpc,
}
