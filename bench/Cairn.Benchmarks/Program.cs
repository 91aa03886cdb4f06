using Cairn.Benchmarks.Cluster;
using Cairn.Benchmarks.Http;
using Cairn.Benchmarks.JsonSchema;
using Cairn.Benchmarks.Rego;
using Cairn.Benchmarks.Schemas;
using Cairn.Benchmarks.Store;
using Cairn.Benchmarks.Templates;

string[] rest = args.Length > 1 ? args[1..] : [];
switch (args.FirstOrDefault())
{
    case "read":
        return await ReadBenchmark.RunAsync(rest);
    case "write":
        return await WriteBenchmark.RunAsync(rest);
    case "watch":
        return await WatchBenchmark.RunAsync(rest);
    case "environments":
        return await EnvironmentBenchmark.RunAsync();
    case "start":
        return await StartBenchmark.RunAsync(rest);
    case "store":
        await StoreBenchmarks.Run(rest);
        return 0;
    case "cluster":
        return await ClusterBenchmark.RunAsync(rest);
    case "templates":
        return TemplateBenchmarks.Run(rest);
    case "json-schema":
        return JsonSchemaBenchmarks.Run(rest);
    case "schemas":
        return await SchemaBenchmark.RunAsync(rest);
    case "rego":
        return RegoBenchmarks.Run(rest);
    case BareServer.Command:
        return await BareServer.RunAsync(rest);
    default:
        Console.WriteLine(
            """
            make bench ARGS="…" measures one of:

              read         reads over HTTP beside a bare Kestrel endpoint that returns the same bytes
              write        durable writes over HTTP beside the disk's own fsyncs
              watch        how long a change takes to reach 1,000 watchers; how many, and an engine that two nodes
                           share (etcd or postgres), may follow
              environments what a write costs with 3, 32, 100 and 500 environments
              start        time to be ready, and memory, with many configs; how many, and an engine, may follow
              cluster      writes on etcd (or postgres) beside what the engine takes itself
              store        commits of the SQLite engine beside the disk's own fsyncs
              templates    renders beside Python's Jinja2, where that is installed
              json-schema  validations beside ajv, where node is installed
              schemas      the registry with 100,000 versions of 10,000 models, beside configs
              rego         policy decisions and compiling, in process

            See docs/performance.md.
            """
        );
        return args.Length == 0 ? 0 : 2;
}
