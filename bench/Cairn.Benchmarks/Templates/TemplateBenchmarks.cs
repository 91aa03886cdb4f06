using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Cairn.Templates;

namespace Cairn.Benchmarks.Templates;

/// <summary>
/// Renders and compiles per second of Cairn.Templates and of Jinja2 (in <c>python3</c>) on the same templates and
/// data, in one run: each engine takes its turn for every case, and the better of several rounds counts.
/// </summary>
public static class TemplateBenchmarks
{
    const int Rounds = 3;
    static readonly TimeSpan RoundTime = TimeSpan.FromSeconds(0.4);

    sealed record Case(string Name, string Source, string Data);

    sealed record Rates(double Renders, double Compiles, string? Output);

    const string Service = """
        {"env": "prod", "name": "payments", "replicas": 3, "tls": {"cert": "/c.pem", "key": "/k.pem"}, "domains": ["a.example", "b.example"],
         "backends": [{"host": "10.0.0.1", "port": 8080, "weight": 5}, {"host": "10.0.0.2"}, {"host": "10.0.0.3", "port": 9000}],
         "settings": {"LOG_LEVEL": "info", "POOL": 20, "DEBUG": false, "RATE": 0.25, "URL": "https://x.example/?a=1&b=2"}}
        """;

    static IEnumerable<Case> Cases()
    {
        yield return new Case("one expression", "https://{{ env }}.api.example.com/{{ name|lower }}?timeout={{ '30' if env == 'prod' else '5' }}", Service);
        yield return new Case("nginx site", """
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
            """, Service);
        yield return new Case("yaml deployment", """
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
            """, Service);
        string rows = string.Join(",", Enumerable.Range(0, 1000).Select(i =>
            $$"""{"id": {{i}}, "name": "item {{i}}", "price": {{i % 97}}.5, "tags": ["a", "b{{i % 7}}"]}"""));
        yield return new Case("table of 1000", """
            {% for row in rows if row.price > 10 %}
            {{ loop.index }}. {{ row.name }} costs {{ '%.2f'|format(row.price) }} [{{ row.tags|join(', ') }}]{{ '' if loop.last else ',' }}
            {% endfor %}
            """, $$"""{"rows": [{{rows}}]}""");
        yield return new Case("nested loops", "{% for a in range(40) %}{% for b in range(40) %}{{ a * b % 7 }}{% endfor %}\n{% endfor %}", "{}");
    }

    /// <summary>Prints the table; 0 when it could be made.</summary>
    public static int Run(string[] args)
    {
        var cases = Cases().ToList();
        var theirs = MeasureJinja(cases, out string version);
        Console.WriteLine($"Cairn.Templates and {version}, one thread each, best of {Rounds} rounds of {RoundTime.TotalSeconds:0.0} s");
        Console.WriteLine($"{"case",-16} {"renders/s",12} {"Jinja2",10} {"ratio",7}   {"compiles/s",12} {"Jinja2",10} {"ratio",7}   {"B/render",10}");
        bool same = true;
        for (int i = 0; i < cases.Count; i++)
        {
            var ours = MeasureOurs(cases[i], out long bytes);
            string Ratio(double a, double? b) => b is > 0 ? $"{a / b:0.0}x" : "";
            var other = theirs?[i];
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{cases[i].Name,-16} {ours.Renders,12:N0} {other?.Renders,10:N0} {Ratio(ours.Renders, other?.Renders),7}   {ours.Compiles,12:N0} {other?.Compiles,10:N0} {Ratio(ours.Compiles, other?.Compiles),7}   {bytes,10:N0}"));
            if (other is not null && other.Output != ours.Output)
            {
                Console.WriteLine($"  the outputs differ: {ours.Output?.Length} and {other.Output?.Length} characters");
                same = false;
            }
        }
        return same ? 0 : 1;
    }

    static Rates MeasureOurs(Case test, out long bytesPerRender)
    {
        using var data = JsonDocument.Parse(test.Data);
        var variables = TemplateVariables.FromObject(data.RootElement);
        var environment = new TemplateEnvironment { TrimBlocks = true, LstripBlocks = true };
        var template = environment.Parse(test.Source, "bench");
        double renders = PerSecond(() => template.Render(variables));
        long before = GC.GetAllocatedBytesForCurrentThread();
        string output = template.Render(variables);
        bytesPerRender = GC.GetAllocatedBytesForCurrentThread() - before;
        return new Rates(renders, PerSecond(() => environment.Parse(test.Source, "bench")), output);
    }

    static double PerSecond(Action action)
    {
        double best = 0;
        for (int round = -1; round < Rounds; round++)
        {
            long count = 0;
            var clock = Stopwatch.StartNew();
            while (clock.Elapsed < RoundTime)
            {
                action();
                count++;
            }
            best = round < 0 ? 0 : Math.Max(best, count / clock.Elapsed.TotalSeconds);
        }
        return best;
    }

    const string Script = """
        import json, sys, time
        try:
            import jinja2
        except ImportError:
            sys.exit(3)
        from jinja2.sandbox import SandboxedEnvironment
        work = json.load(open(sys.argv[1]))
        def per_second(action):
            best = 0
            for round in range(-1, work["rounds"]):
                count, start = 0, time.perf_counter()
                while time.perf_counter() - start < work["seconds"]:
                    action()
                    count += 1
                if round >= 0:
                    best = max(best, count / (time.perf_counter() - start))
            return best
        result = []
        for case in work["cases"]:
            data = json.loads(case["Data"])
            env = SandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
            template = env.from_string(case["Source"])
            result.append({"Renders": per_second(lambda: template.render(data)),
                           "Compiles": per_second(lambda: env.from_string(case["Source"])),
                           "Output": template.render(data)})
        print(json.dumps({"version": "Jinja2 " + jinja2.__version__ + " on Python " + sys.version.split()[0], "cases": result}))
        """;

    static List<Rates>? MeasureJinja(List<Case> cases, out string version)
    {
        string folder = Directory.CreateTempSubdirectory("cairn-bench").FullName;
        try
        {
            string script = Path.Combine(folder, "bench.py");
            string work = Path.Combine(folder, "work.json");
            File.WriteAllText(script, Script);
            File.WriteAllText(work, JsonSerializer.Serialize(new { rounds = Rounds, seconds = RoundTime.TotalSeconds, cases }));
            using var process = Process.Start(new ProcessStartInfo("python3", [script, work]) { RedirectStandardOutput = true })!;
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0)
            {
                version = "no Jinja2 (python3 has none)";
                return null;
            }
            using var result = JsonDocument.Parse(output);
            version = result.RootElement.GetProperty("version").GetString()!;
            return result.RootElement.GetProperty("cases").Deserialize<List<Rates>>();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            version = "no Jinja2 (python3 is not on this machine)";
            return null;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
