using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using Cairn.Node.Observability;

namespace Cairn.Server.Observability;

/// <summary>Gathers what Cairn's meters measure and writes it in Prometheus' text format, version 0.0.4.</summary>
internal sealed class PrometheusExporter : IDisposable
{
    public const string MediaType = "text/plain; version=0.0.4; charset=utf-8";

    private static readonly double[] SecondBuckets =
    [
        0.0001,
        0.00025,
        0.0005,
        0.001,
        0.0025,
        0.005,
        0.01,
        0.025,
        0.05,
        0.1,
        0.25,
        0.5,
        1,
        2.5,
        5,
        10,
    ];

    private static readonly double[] CountBuckets = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, Family> _families = new();
    private readonly DateTimeOffset _started;

    public PrometheusExporter(TimeProvider time)
    {
        _started = time.GetUtcNow();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name is CairnMetrics.MeterName or "Cairn.Storage")
            {
                listener.EnableMeasurementEvents(
                    instrument,
                    _families.GetOrAdd(NameOf(instrument), _ => new Family(instrument))
                );
            }
        };
        _listener.SetMeasurementEventCallback<long>(
            static (_, value, tags, state) => ((Family)state!).Record(value, tags)
        );
        _listener.SetMeasurementEventCallback<int>(
            static (_, value, tags, state) => ((Family)state!).Record(value, tags)
        );
        _listener.SetMeasurementEventCallback<double>(
            static (_, value, tags, state) => ((Family)state!).Record(value, tags)
        );
        _listener.Start();
    }

    /// <summary>All series as they are now.</summary>
    public string Write()
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder(16 * 1024);
        foreach (var (name, family) in _families.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            family.Write(text, name);
        WriteProcess(text);
        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    private static string NameOf(Instrument instrument)
    {
        string name =
            instrument.Name.Replace('.', '_')
            + (
                instrument.Unit switch
                {
                    "s" => "_seconds",
                    "By" => "_bytes",
                    _ => "",
                }
            );
        return
            instrument.GetType().GetGenericTypeDefinition() is var type
            && (type == typeof(Counter<>) || type == typeof(ObservableCounter<>))
            ? name + "_total"
            : name;
    }

    private void WriteProcess(StringBuilder text)
    {
        using var process = Process.GetCurrentProcess();
        Simple("process_cpu_seconds_total", "counter", "Processor time used.", process.TotalProcessorTime.TotalSeconds);
        Simple("process_resident_memory_bytes", "gauge", "Memory in use.", process.WorkingSet64);
        Simple(
            "process_start_time_seconds",
            "gauge",
            "When the process began, in seconds since 1970.",
            _started.ToUnixTimeMilliseconds() / 1000.0
        );
        Simple("process_threads", "gauge", "Threads of the operating system.", process.Threads.Count);
        Simple("dotnet_gc_heap_bytes", "gauge", "The managed heap.", GC.GetTotalMemory(false));
        Simple("dotnet_gc_collections_total", "counter", "Collections of the managed heap.", GC.CollectionCount(0));
        Simple(
            "dotnet_gc_pause_seconds_total",
            "counter",
            "Time the collector held everything up.",
            GC.GetTotalPauseDuration().TotalSeconds
        );

        void Simple(string name, string type, string help, double value) =>
            text.Append(
                CultureInfo.InvariantCulture,
                $"# HELP {name} {help}\n# TYPE {name} {type}\n{name} {value:R}\n"
            );
    }

    private sealed class Family
    {
        private readonly string _type;
        private readonly string _help;
        private readonly double[] _buckets;
        private readonly bool _isSum;
        private readonly ConcurrentDictionary<KeyValuePair<string, object?>[], Series> _series = new(
            TagComparer.Instance
        );
        private readonly ConcurrentDictionary<KeyValuePair<string, object?>[], Series>.AlternateLookup<
            ReadOnlySpan<KeyValuePair<string, object?>>
        > _byTags;

        public Family(Instrument instrument)
        {
            var type = instrument.GetType().GetGenericTypeDefinition();
            bool histogram = type == typeof(Histogram<>);
            _isSum = type == typeof(Counter<>) || type == typeof(UpDownCounter<>);
            _type =
                histogram ? "histogram"
                : _isSum && type == typeof(Counter<>) || type == typeof(ObservableCounter<>) ? "counter"
                : "gauge";
            _help = instrument.Description ?? instrument.Name;
            _buckets =
                !histogram ? []
                : instrument.Unit == "s" ? SecondBuckets
                : CountBuckets;
            _byTags = _series.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
        }

        public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (!_byTags.TryGetValue(tags, out var series))
                series = _series.GetOrAdd(tags.ToArray(), new Series(_buckets.Length));
            series.Record(value, _buckets, replace: _buckets.Length == 0 && !_isSum);
        }

        public void Write(StringBuilder text, string name)
        {
            text.Append("# HELP ")
                .Append(name)
                .Append(' ')
                .Append(
                    _help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)
                )
                .Append('\n')
                .Append("# TYPE ")
                .Append(name)
                .Append(' ')
                .Append(_type)
                .Append('\n');
            foreach (var (tags, series) in _series)
            {
                if (_buckets.Length > 0)
                {
                    WriteHistogram(text, name, tags, series);
                }
                else
                {
                    text.Append(name)
                        .Append(Labels(tags, null))
                        .Append(CultureInfo.InvariantCulture, $" {series.Sum:R}\n");
                }
            }
        }

        private void WriteHistogram(
            StringBuilder text,
            string name,
            KeyValuePair<string, object?>[] tags,
            Series series
        )
        {
            long total = 0;
            for (int i = 0; i <= _buckets.Length; i++)
            {
                total += series.Count(i);
                string bound = i < _buckets.Length ? _buckets[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
                text.Append(name)
                    .Append("_bucket")
                    .Append(Labels(tags, bound))
                    .Append(CultureInfo.InvariantCulture, $" {total}\n");
            }

            text.Append(name)
                .Append("_sum")
                .Append(Labels(tags, null))
                .Append(CultureInfo.InvariantCulture, $" {series.Sum:R}\n");
            text.Append(name)
                .Append("_count")
                .Append(Labels(tags, null))
                .Append(CultureInfo.InvariantCulture, $" {total}\n");
        }

        private static string Labels(KeyValuePair<string, object?>[] tags, string? bound)
        {
            var labels = tags.Select(tag =>
                $"{tag.Key.Replace('.', '_')}=\"{Escape(Convert.ToString(tag.Value, CultureInfo.InvariantCulture) ?? "")}\""
            );
            if (bound is not null)
                labels = labels.Append($"le=\"{bound}\"");
            string joined = string.Join(',', labels);
            return joined.Length == 0 ? "" : $"{{{joined}}}";
        }

        private static string Escape(string value) =>
            value
                .Replace("\\", "\\\\", StringComparison.Ordinal)
                .Replace("\"", "\\\"", StringComparison.Ordinal)
                .Replace("\n", "\\n", StringComparison.Ordinal);
    }

    private sealed class Series(int buckets)
    {
        private readonly long[] _counts = new long[buckets + 1];
        private double _sum;

        public double Sum => Volatile.Read(ref _sum);

        public long Count(int bucket) => Volatile.Read(ref _counts[bucket]);

        public void Record(double value, double[] bounds, bool replace)
        {
            if (replace)
            {
                Volatile.Write(ref _sum, value);
                return;
            }

            int bucket = 0;
            while (bucket < bounds.Length && value > bounds[bucket])
                bucket++;
            Interlocked.Increment(ref _counts[bucket]);
            double before;
            do
            {
                before = Volatile.Read(ref _sum);
            } while (Interlocked.CompareExchange(ref _sum, before + value, before) != before);
        }
    }

    /// <summary>Finds a series by its tags without an array being made of them first.</summary>
    private sealed class TagComparer
        : IEqualityComparer<KeyValuePair<string, object?>[]>,
            IAlternateEqualityComparer<ReadOnlySpan<KeyValuePair<string, object?>>, KeyValuePair<string, object?>[]>
    {
        public static readonly TagComparer Instance = new();

        public KeyValuePair<string, object?>[] Create(ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
            tags.ToArray();

        public bool Equals(KeyValuePair<string, object?>[]? x, KeyValuePair<string, object?>[]? y) =>
            Equals(x.AsSpan(), y!);

        public bool Equals(ReadOnlySpan<KeyValuePair<string, object?>> tags, KeyValuePair<string, object?>[] other)
        {
            if (tags.Length != other.Length)
                return false;
            for (int i = 0; i < tags.Length; i++)
            {
                if (tags[i].Key != other[i].Key || !Equals(tags[i].Value, other[i].Value))
                    return false;
            }

            return true;
        }

        public int GetHashCode([DisallowNull] KeyValuePair<string, object?>[] tags) => GetHashCode(tags.AsSpan());

        public int GetHashCode(ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var hash = default(HashCode);
            foreach (var tag in tags)
                hash.Add(tag.Value);
            return hash.ToHashCode();
        }
    }
}
