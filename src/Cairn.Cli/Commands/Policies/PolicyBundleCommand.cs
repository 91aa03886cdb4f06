using System.CommandLine;
using Cairn.Cli.Output;
using Cairn.Core.Policies;
using Cairn.Rego;
using Cairn.Rego.Bundles;
using Cairn.Rego.Syntax;
using Cairn.Rego.Values;

namespace Cairn.Cli.Commands.Policies;

/// <summary><c>cairn policy bundle</c>: makes and checks the archives OPA fetches.</summary>
internal static class PolicyBundleCommand
{
    private static readonly Option<string> Bundle = new("--bundle", "-b")
    {
        HelpName = "file",
        Description = "The archive to write",
        DefaultValueFactory = _ => "bundle.tar.gz",
    };
    private static readonly Option<string> Revision = new("--revision", "-r")
    {
        HelpName = "text",
        Description = "The revision in the manifest",
        DefaultValueFactory = _ => "",
    };
    private static readonly Option<string[]> Roots = new("--root")
    {
        HelpName = "path",
        Description = "A path below data that the bundle owns; everything when left out",
        DefaultValueFactory = _ => [],
    };
    private static readonly Option<string?> SigningKey = new("--signing-key")
    {
        HelpName = "file",
        Description = "A private key in PEM, or a secret, to sign with",
    };
    private static readonly Option<string?> VerificationKey = new("--verification-key")
    {
        HelpName = "file",
        Description = "A public key in PEM, or a secret; the bundle has to be signed by it",
    };
    private static readonly Option<string> Algorithm = new("--signing-alg")
    {
        HelpName = "name",
        Description = "RS256, ES256, HS256, …",
        DefaultValueFactory = _ => "RS256",
    };
    private static readonly Option<string?> Scope = new("--scope")
    {
        HelpName = "text",
        Description = "The scope that is claimed or expected",
    };
    private static readonly Option<string?> Snapshot = new("--delta-of")
    {
        HelpName = "file",
        Description =
            "The bundle whose data the archive changes; it is read, the delta applied, and the result checked",
    };
    private static readonly Argument<string> File = new("file") { Description = "The archive" };

    public static Command Create()
    {
        var build = new Command(
            "build",
            "Write a bundle of modules and data that compile\n\nExamples:\n"
                + "  cairn policy bundle build policies -b bundle.tar.gz --revision 1\n"
                + "  cairn policy bundle build policies --signing-key key.pem --signing-alg ES256"
        )
        {
            Bundle,
            Revision,
            Roots,
            SigningKey,
            Algorithm,
            Scope,
            PolicyCommand.V0,
            PolicyCommand.Paths,
        };
        build.SetAction(BuildAsync);
        var check = new Command(
            "check",
            "Read a bundle, verify its signature, and compile it\n\nExamples:\n"
                + "  cairn policy bundle check bundle.tar.gz --verification-key public.pem --signing-alg ES256\n"
                + "  cairn policy bundle check delta.tar.gz --delta-of bundle.tar.gz"
        )
        {
            VerificationKey,
            Algorithm,
            Scope,
            Snapshot,
            File,
        };
        check.SetAction(CheckAsync);
        return new Command(
            "bundle",
            "Make and check bundles for OPA\n\nExamples:\n  cairn policy bundle build policies -b "
                + "bundle.tar.gz\n  cairn policy bundle check bundle.tar.gz"
        )
        {
            build,
            check,
        };
    }

    private static async Task<int> BuildAsync(ParseResult result, CancellationToken ct)
    {
        var files = await PolicyFiles.LoadAsync(result.GetRequiredValue(PolicyCommand.Paths), ct);
        try
        {
            files.Compile(PolicyCommand.Options(result));
            var bundle = new RegoBundle(files.Modules, (RegoObject)files.Data)
            {
                Revision = result.GetValue(Revision)!,
                Roots = result.GetValue(Roots) is { Length: > 0 } roots ? roots : [""],
                Version = PolicyCommand.Options(result).Version,
            };
            using var archive = new MemoryStream();
            bundle.Write(archive, await KeyAsync(result, result.GetValue(SigningKey), ct));
            await System.IO.File.WriteAllBytesAsync(result.GetValue(Bundle)!, archive.ToArray(), ct);
            Console.Out.WriteLine(
                $"{result.GetValue(Bundle)}: {files.Modules.Count} "
                    + $"module{(files.Modules.Count == 1 ? "" : "s")}, {archive.Length} bytes"
            );
            return ExitCodes.Success;
        }
        catch (RegoCompilationException e)
        {
            return PolicyCommand.Report(e);
        }
        catch (Exception e) when (IsExpected(e))
        {
            Console.Error.WriteLine($"cairn: {e.Message}");
            return ExitCodes.Failure;
        }
    }

    private static async Task<int> CheckAsync(ParseResult result, CancellationToken ct)
    {
        string file = result.GetRequiredValue(File);
        if (!System.IO.File.Exists(file))
            throw new UsageException($"There is no file '{file}'.");
        try
        {
            await using var stream = System.IO.File.OpenRead(file);
            var options = new BundleReadOptions
            {
                Key = await KeyAsync(result, result.GetValue(VerificationKey), ct),
                Yaml = new PolicyYaml(),
            };
            if (result.GetValue(Snapshot) is { } snapshot)
                return await CheckDeltaAsync(file, stream, snapshot, options, ct);
            var bundle = RegoBundle.Read(stream, options);
            bundle.Compile(new CompileOptions { Yaml = new PolicyYaml(metadata: true) });
            Console.Out.WriteLine(
                $"{file}: revision '{bundle.Revision}', roots "
                    + $"{string.Join(", ", bundle.Roots.Select(root => $"'{root}'"))}, {bundle.Modules.Count} "
                    + $"module{(bundle.Modules.Count == 1 ? "" : "s")}: ok"
            );
            return ExitCodes.Success;
        }
        catch (RegoCompilationException e)
        {
            return PolicyCommand.Report(e);
        }
        catch (Exception e) when (IsExpected(e))
        {
            Console.Error.WriteLine($"cairn: {file}: {e.Message}");
            return ExitCodes.Failure;
        }
    }

    private static async Task<int> CheckDeltaAsync(
        string file,
        Stream stream,
        string snapshot,
        BundleReadOptions options,
        CancellationToken ct
    )
    {
        if (!System.IO.File.Exists(snapshot))
            throw new UsageException($"There is no file '{snapshot}'.");
        var delta = BundleDelta.Read(stream, options);
        using var archive = new MemoryStream(await System.IO.File.ReadAllBytesAsync(snapshot, ct));
        var bundle = delta.Apply(RegoBundle.Read(archive, options));
        bundle.Compile(new CompileOptions { Yaml = new PolicyYaml(metadata: true) });
        Console.Out.WriteLine(
            $"{file}: {delta.Patches.Count} change{(delta.Patches.Count == 1 ? "" : "s")} to revision "
                + $"'{bundle.Revision}' of {snapshot}: ok"
        );
        return ExitCodes.Success;
    }

    private static async Task<BundleKey?> KeyAsync(ParseResult result, string? file, CancellationToken ct)
    {
        if (file is null)
            return null;
        if (!System.IO.File.Exists(file))
            throw new UsageException($"There is no file '{file}'.");
        return new BundleKey(
            result.GetValue(Algorithm)!,
            (await System.IO.File.ReadAllTextAsync(file, ct)).TrimEnd('\r', '\n'),
            Scope: result.GetValue(Scope)
        );
    }

    // A bundle or key that does not fit; anything else is a fault of the program.
    private static bool IsExpected(Exception e) =>
        e is BundleException or ArgumentException or System.Security.Cryptography.CryptographicException;
}
