using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Cairn.Templates;

namespace Cairn.Benchmarks.Templates;

/// <summary>
/// Renders and compiles per second of Cairn.Templates and of Jinja2 (in <c>python3</c>) on the same templates and
/// data, in one run: the engines take turns for every case in many short rounds, and the best round of each counts, so
/// that what else the machine does meets both alike.
/// </summary>
public static class TemplateBenchmarks
{
    private const int Rounds = 60;
    private static readonly TimeSpan RoundTime = TimeSpan.FromMilliseconds(15);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(0.6);

    private sealed record Case(string Name, string Source, string Data);

    private const string Service = """
        {"env": "prod", "name": "payments", "replicas": 3, "tls": {"cert": "/c.pem", "key": "/k.pem"}, "domains": ["a.example", "b.example"],
         "backends": [{"host": "10.0.0.1", "port": 8080, "weight": 5}, {"host": "10.0.0.2"}, {"host": "10.0.0.3", "port": 9000}],
         "settings": {"LOG_LEVEL": "info", "POOL": 20, "DEBUG": false, "RATE": 0.25, "URL": "https://x.example/?a=1&b=2"}}
        """;

    private static IEnumerable<Case> Cases()
    {
        yield return new Case(
            "one expression",
            "https://{{ env }}.api.example.com/{{ name|lower }}?timeout={{ '30' if env == 'prod' else '5' }}",
            Service
        );
        yield return new Case(
            "nginx site",
            """
            upstream {{ name }} {
            {% for s in backends %}
                server {{ s.host }}:{{ s.port|default(80) }}{% if s.weight is defined %} weight={{ s.weight }}{% endif %};
            {% endfor %}
            }
            server {
                listen {{ 443 if tls else 80 }}{{ " ssl" if tls }};
                server_name {{ domains|join(" ") }};
            {% if tls %}
                ssl_certificate {{ tls.cert }};
                ssl_certificate_key {{ tls.key }};
            {% endif %}
            }
            """,
            Service
        );
        yield return new Case(
            "yaml deployment",
            """
            {% macro env_var(key, value) %}- name: {{ key|upper }}
              value: {{ value|tojson }}{% endmacro %}
            {% set tag = name ~ '-' ~ env %}
            metadata:
              name: {{ tag|replace('_', '-')|truncate(40, true, '') }}
              labels: {app: {{ name }}, env: {{ env }}}
            spec:
              replicas: {{ [replicas, 2]|max }}
              env:
            {% for key, value in settings|dictsort %}
                {{ env_var(key, value)|indent(4) }}
            {% endfor %}
            """,
            Service
        );
        string rows = string.Join(
            ",",
            Enumerable
                .Range(0, 1000)
                .Select(i =>
                    $$"""{"id": {{i}}, "name": "item {{i}}", "price": {{i % 97}}.5, "tags": ["a", "b{{i % 7}}"]}"""
                )
        );
        yield return new Case(
            "table of 1000",
            """
            {% for row in rows if row.price > 10 %}
            {{ loop.index }}. {{ row.name }} costs {{ '%.2f'|format(row.price) }} [{{ row.tags|join(', ') }}]{{ '' if loop.last else ',' }}
            {% endfor %}
            """,
            $$"""{"rows": [{{rows}}]}"""
        );
        yield return new Case(
            "nested loops",
            "{% for a in range(40) %}{% for b in range(40) %}{{ a * b % 7 }}{% endfor %}\n{% endfor %}",
            "{}"
        );
    }

    /// <summary>Prints the table; 0 when it could be made and the outputs are the same.</summary>
    public static int Run(string[] args)
    {
        var cases = Cases().ToList();
        using var jinja = JinjaProcess.Start(JsonSerializer.Serialize(cases));
        Console.WriteLine(
            $"Cairn.Templates and {jinja?.Version ?? "no Jinja2 (python3 has none)"}, one thread each, in "
                + $"turns, best of {Rounds} rounds of {RoundTime.TotalMilliseconds:0} ms"
        );
        Console.WriteLine(
            $"{"case".PadRight(16)} {"renders/s".PadLeft(12)} {"Jinja2".PadLeft(10)} {"ratio".PadLeft(7)}   {"compiles/s".PadLeft(12)} {"Jinja2".PadLeft(10)} "
                + $"{"ratio".PadLeft(7)}   {"B/render".PadLeft(10)}"
        );
        bool same = true;
        for (int i = 0; i < cases.Count; i++)
        {
            using var data = JsonDocument.Parse(cases[i].Data);
            var variables = TemplateVariables.FromObject(data.RootElement);
            var environment = new TemplateEnvironment { TrimBlocks = true, LstripBlocks = true };
            string source = cases[i].Source;
            var template = environment.Parse(source, "bench");
            string renders = Compare(() => template.Render(variables), jinja, $"render {i}");
            string compiles = Compare(() => environment.Parse(source, "bench"), jinja, $"compile {i}");
            long before = GC.GetAllocatedBytesForCurrentThread();
            string output = template.Render(variables);
            long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{cases[i].Name.PadRight(16)} {renders}   {compiles}   {$"{bytes:N0}".PadLeft(10)}"
                )
            );
            if (jinja is not null && jinja.Ask<string>($"output {i} 0") != output)
            {
                Console.WriteLine("  the outputs differ");
                same = false;
            }
        }
        return same ? 0 : 1;
    }

    private static string Compare(Action ours, JinjaProcess? jinja, string theirs)
    {
        double Theirs(TimeSpan time) =>
            jinja?.Ask<double>($"{theirs} {time.TotalSeconds.ToString(CultureInfo.InvariantCulture)}") ?? 0;
        PerSecond(ours, WarmUp);
        Theirs(WarmUp);
        double best = 0;
        double theirBest = 0;
        for (int round = 0; round < Rounds; round++)
        {
            best = Math.Max(best, PerSecond(ours, RoundTime));
            theirBest = Math.Max(theirBest, Theirs(RoundTime));
        }
        string ratio = theirBest > 0 ? string.Create(CultureInfo.InvariantCulture, $"{best / theirBest:0.0}x") : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{$"{best:N0}".PadLeft(12)} {$"{theirBest:N0}".PadLeft(10)} {ratio.PadLeft(7)}"
        );
    }

    private static double PerSecond(Action action, TimeSpan time)
    {
        long count = 0;
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < time)
        {
            action();
            count++;
        }
        return count / clock.Elapsed.TotalSeconds;
    }

    /// <summary>Jinja2 in a Python process, which answers each line (action, case, seconds) with a line of
    /// JSON.</summary>
    private sealed class JinjaProcess(Process process, string folder) : IDisposable
    {
        private const string Script = """
            import json, sys, time
            try:
                import jinja2
            except ImportError:
                sys.exit(3)
            from jinja2.sandbox import SandboxedEnvironment
            def per_second(action, seconds):
                count, start = 0, time.perf_counter()
                while time.perf_counter() - start < seconds:
                    action()
                    count += 1
                return count / (time.perf_counter() - start)
            def answer(value):
                print(json.dumps(value), flush=True)
            with open(sys.argv[1]) as file:
                cases = json.load(file)
            for case in cases:
                case["env"] = SandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
                case["template"] = case["env"].from_string(case["Source"])
                case["data"] = json.loads(case["Data"])
            answer("Jinja2 " + jinja2.__version__ + " on Python " + sys.version.split()[0])
            for line in sys.stdin:
                action, index, seconds = line.split()
                case = cases[int(index)]
                if action == "render":
                    answer(per_second(lambda: case["template"].render(case["data"]), float(seconds)))
                elif action == "compile":
                    answer(per_second(lambda: case["env"].from_string(case["Source"]), float(seconds)))
                else:
                    answer(case["template"].render(case["data"]))
            """;

        public string Version { get; private init; } = "";

        /// <summary>Null where there is no python3, or no Jinja2 in it.</summary>
        public static JinjaProcess? Start(string cases)
        {
            string folder = Directory.CreateTempSubdirectory("cairn-bench").FullName;
            File.WriteAllText(Path.Combine(folder, "bench.py"), Script);
            File.WriteAllText(Path.Combine(folder, "cases.json"), cases);
            try
            {
                var process = Process.Start(
                    new ProcessStartInfo(
                        "python3",
                        [Path.Combine(folder, "bench.py"), Path.Combine(folder, "cases.json")]
                    )
                    {
                        RedirectStandardInput = true,
                        RedirectStandardOutput = true,
                    }
                )!;
                string? version = process.StandardOutput.ReadLine();
                if (version is not null)
                {
                    return new JinjaProcess(process, folder) { Version = JsonSerializer.Deserialize<string>(version)! };
                }
                process.Dispose();
            }
            catch (System.ComponentModel.Win32Exception)
            {
                // No python3: the table goes without the peer, and its first line says so.
            }
            Directory.Delete(folder, recursive: true);
            return null;
        }

        public T Ask<T>(string line)
        {
            process.StandardInput.WriteLine(line);
            process.StandardInput.Flush();
            return JsonSerializer.Deserialize<T>(
                process.StandardOutput.ReadLine() ?? throw new EndOfStreamException("python3 ended")
            )!;
        }

        public void Dispose()
        {
            process.StandardInput.Close();
            process.WaitForExit();
            process.Dispose();
            Directory.Delete(folder, recursive: true);
        }
    }
}
