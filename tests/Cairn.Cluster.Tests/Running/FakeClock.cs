using Cairn.Servers;

namespace Cairn.Cluster.Tests.Running;

/// <summary>A clock that jumps, for one process: libfaketime reads by how much from a file. Where it is not installed
/// the clock stays right.</summary>
public sealed class FakeClock : IDisposable
{
    // Where Debian, Fedora, Arch and a build from source put it. A search would follow links that lead to their own
    // parents.
    private static readonly string[] Places =
    [
        "/usr/lib/x86_64-linux-gnu",
        "/usr/lib/aarch64-linux-gnu",
        "/usr/lib64",
        "/usr/lib",
        "/usr/local/lib",
    ];

    private readonly string _folder = ServerProcess.TemporaryFolder("clock");

    public FakeClock()
    {
        Shift(0);
        string? library = Places
            .Select(place => Path.Combine(place, "faketime", "libfaketime.so.1"))
            .FirstOrDefault(System.IO.File.Exists);
        Environment = library is null
            ? new Dictionary<string, string>()
            : new Dictionary<string, string>
            {
                ["LD_PRELOAD"] = library,
                ["FAKETIME_TIMESTAMP_FILE"] = File,
                ["FAKETIME_NO_CACHE"] = "1",
                // The clock of the day jumps; timers go on as they should.
                ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
            };
    }

    /// <summary>What puts a process under this clock.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    private string File => Path.Combine(_folder, "time");

    /// <summary>Moves the clock to so many hours from now.</summary>
    public void Shift(int hours)
    {
        string next = File + ".new";
        System.IO.File.WriteAllText(next, $"{(hours < 0 ? "" : "+")}{hours}h\n");
        System.IO.File.Move(next, File, overwrite: true);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
