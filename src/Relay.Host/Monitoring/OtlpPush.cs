using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Relay.Host.Options;
using Relay.Logging;

namespace Relay.Host.Monitoring;

/// <summary>
/// Pushes metrics and spans to a collector by OTLP (HTTP or gRPC), each on a thread of its own that mail never waits
/// for: what a collector does not take is lost. The only place that touches OpenTelemetry's packages, so that who does
/// not push does not load them (docs/adr/0020).
/// </summary>
internal sealed class OtlpPush : IAsyncDisposable
{
    /// <summary>Each of the metrics by destination, as long as this runs; later ones are summed up.</summary>
    private const int DestinationsMax = 10_000;

    private const int SpansWaitingMax = 16_384;
    private const int SpansPerRequestMax = 1_024;
    private const int SpanDelayMilliseconds = 1_000;
    private const int ShutdownMilliseconds = 2_000;

    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(10);

    private readonly MeterProvider? _metrics;
    private readonly TracerProvider? _traces;

    public OtlpPush(OtlpSettings settings, IMailLog log)
    {
        ResourceBuilder resource = ResourceBuilder.CreateEmpty()
            .AddService(
                "relay.fast",
                serviceVersion: typeof(OtlpPush).Assembly.GetName().Version?.ToString(3),
                serviceInstanceId: settings.HostName)
            .AddAttributes([new KeyValuePair<string, object>("host.name", settings.HostName)])
            .AddTelemetrySdk()
            .AddEnvironmentVariableDetector();
        if (settings.Metrics is { } metrics)
        {
            _metrics = Metrics(settings, resource, Options(settings, metrics, log, OtlpKeys.Metrics.Path));
        }

        if (settings.Traces is { } traces)
        {
            _traces = Traces(resource, Options(settings, traces, log, OtlpKeys.Traces.Path));
        }
    }

    /// <summary>Pushes what is left, if the collector takes it within two seconds.</summary>
    public async ValueTask DisposeAsync() => await Task.WhenAll(
        Task.Run(() =>
        {
            _metrics?.Shutdown(ShutdownMilliseconds);
            _metrics?.Dispose();
        }),
        Task.Run(() =>
        {
            _traces?.Shutdown(ShutdownMilliseconds);
            _traces?.Dispose();
        }));

    private static MeterProvider Metrics(OtlpSettings settings, ResourceBuilder resource, OtlpExporterOptions options) =>
        Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter(RelayMetrics.MeterName)
            .AddMeter(PrometheusExporter.RuntimeMeter)
            .AddView(
                "relay.destination.*", new MetricStreamConfiguration { CardinalityLimit = DestinationsMax })
            .AddReader(new PeriodicExportingMetricReader(
                new OtlpMetricExporter(options),
                (int)settings.Interval.TotalMilliseconds,
                (int)RequestTimeout.TotalMilliseconds))
            .Build();

    /// <summary>What is recorded was sampled before: <see cref="MailTracer"/> makes no other spans.</summary>
    private static TracerProvider Traces(ResourceBuilder resource, OtlpExporterOptions options) =>
        Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource)
            .AddSource(MailTracer.SourceName)
            .SetSampler(new AlwaysOnSampler())
            .AddProcessor(new BatchActivityExportProcessor(
                new OtlpTraceExporter(options),
                SpansWaitingMax,
                SpanDelayMilliseconds,
                (int)RequestTimeout.TotalMilliseconds,
                SpansPerRequestMax))
            .Build();

    private static OtlpExporterOptions Options(OtlpSettings settings, Uri endpoint, IMailLog log, string what) => new()
    {
        Endpoint = endpoint,
        Protocol = settings.Protocol == OtlpProtocol.Grpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf,
        TimeoutMilliseconds = (int)RequestTimeout.TotalMilliseconds,
        HttpClientFactory = () => new HttpClient(new CollectorWatch(new SocketsHttpHandler(), log, what))
        {
            Timeout = RequestTimeout,
        },
    };
}
