using System.Diagnostics;
using System.Globalization;

namespace Cairn.Benchmarks.JsonSchema;

/// <summary>
/// ajv in a node process of its own, installed into a temporary folder. The process measures itself: it is told for
/// how long, and answers with microseconds per document.
/// </summary>
internal sealed class AjvPeer : IDisposable
{
    private const string Package = "ajv@8.17.1";

    private const string Script = """
        const fs = require('fs');
        const Ajv = require('ajv/dist/2020').default;
        const validate = new Ajv({ strict: false }).compile(JSON.parse(fs.readFileSync('schema.json', 'utf8')));
        const text = fs.readFileSync('document.json', 'utf8');
        if (!validate(JSON.parse(text))) { throw new Error(JSON.stringify(validate.errors)); }
        const measure = milliseconds => {
          const start = performance.now();
          let calls = 0;
          while (performance.now() - start < milliseconds) {
            for (let i = 0; i < 1000; i++) { if (!validate(JSON.parse(text))) { throw new Error('invalid'); } }
            calls += 1000;
          }
          return (performance.now() - start) * 1000 / calls;
        };
        measure(1000);
        console.log(`${require('ajv/package.json').version} ${process.version}`);
        require('readline').createInterface({ input: process.stdin }).on('line', line => console.log(measure(Number(line))));
        """;

    private readonly DirectoryInfo _folder;
    private readonly Process _node;

    private AjvPeer(DirectoryInfo folder, Process node, string greeting)
    {
        _folder = folder;
        _node = node;
        string[] versions = greeting.Split(' ');
        (Version, NodeVersion) = (versions[0], versions[1]);
    }

    public string Version { get; }

    public string NodeVersion { get; }

    /// <summary>Null, with the reason, where node or the package is not to be had.</summary>
    public static AjvPeer? Start(out string? whyNot)
    {
        var folder = Directory.CreateTempSubdirectory("cairn-ajv-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "schema.json"), ConfigurationSample.Schema);
            File.WriteAllText(Path.Combine(folder.FullName, "document.json"), ConfigurationSample.Document);
            File.WriteAllText(Path.Combine(folder.FullName, "measure.js"), Script);
            using var install = Launch(folder, "npm", ["install", "--silent", "--no-audit", "--no-fund", Package]);
            install.StandardOutput.ReadToEnd();
            install.WaitForExit();
            if (install.ExitCode == 0 && Launch(folder, "node", ["measure.js"]) is var node)
            {
                if (node.StandardOutput.ReadLine() is { } greeting)
                {
                    whyNot = null;
                    return new AjvPeer(folder, node, greeting);
                }

                node.Dispose();
            }

            whyNot = $"npm could not install {Package}, or node could not run it";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            whyNot = "node and npm are not on the PATH";
        }

        folder.Delete(recursive: true);
        return null;
    }

    private static Process Launch(DirectoryInfo folder, string program, IEnumerable<string> arguments) =>
        Process.Start(
            new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = folder.FullName,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            }
        )!;

    public double Measure(TimeSpan time)
    {
        _node.StandardInput.WriteLine(time.TotalMilliseconds.ToString(CultureInfo.InvariantCulture));
        return double.Parse(_node.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        _node.StandardInput.Close();
        _node.WaitForExit();
        _node.Dispose();
        _folder.Delete(recursive: true);
    }
}
