namespace Cairn.EndToEnd.Tests.Running;

/// <summary>A person at a shell: a folder, and a server with a key in the environment.</summary>
public sealed class Shell(string url, string? key) : IDisposable
{
    public TemporaryFolder Folder { get; } = new();

    /// <summary>What the environment has besides.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    /// <summary>Runs a command, its words separated by spaces; what is quoted with ' is one word.</summary>
    public Task<Outcome> RunAsync(string command, string input = "") => CairnProcess.RunAsync(Describe(command), input);

    /// <summary>Runs a command that has to succeed.</summary>
    /// <returns>What it printed.</returns>
    public async Task<string> DoAsync(string command, string input = "")
    {
        var outcome = await RunAsync(command, input);
        outcome.Code.ShouldBe(0, $"{command}\n{outcome}");
        return outcome.Out;
    }

    /// <summary>The process of a command, not started.</summary>
    public System.Diagnostics.ProcessStartInfo Describe(string command) =>
        CairnProcess.Describe(
            Split(command),
            Folder.Path,
            [
                ("CAIRN_URL", url),
                .. key is null ? Array.Empty<(string, string)>() : [("CAIRN_KEY", key)],
                .. Variables.Select(pair => (pair.Key, pair.Value)),
            ]
        );

    public void Dispose() => Folder.Dispose();

    private static IEnumerable<string> Split(string command) =>
        command
            .Split('\'')
            .SelectMany(
                (part, index) => index % 2 == 1 ? [part] : part.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            );
}
