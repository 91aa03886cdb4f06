using Cairn.Node.Observability;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Cairn.Server.Observability;

/// <summary>Sends traces and metrics over OTLP while the standard variable <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is
/// set.</summary>
internal sealed class Telemetry : IDisposable
{
    private readonly TracerProvider? _traces;
    private readonly MeterProvider? _metrics;

    private Telemetry(TracerProvider? traces, MeterProvider? metrics) => (_traces, _metrics) = (traces, metrics);

    public static Telemetry Start(string nodeId)
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT")))
            return new Telemetry(null, null);
        var resource = ResourceBuilder
            .CreateDefault()
            .AddService("cairn", serviceInstanceId: nodeId)
            .AddEnvironmentVariableDetector();
        return new Telemetry(
            Sdk.CreateTracerProviderBuilder()
                .SetResourceBuilder(resource)
                .AddSource("Microsoft.AspNetCore")
                .AddSource(CairnMetrics.MeterName)
                .AddOtlpExporter()
                .Build(),
            Sdk.CreateMeterProviderBuilder()
                .SetResourceBuilder(resource)
                .AddMeter(CairnMetrics.MeterName, "Cairn.Storage")
                .AddOtlpExporter()
                .Build()
        );
    }

    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
    }
}
