using Cairn.EndToEnd.Tests.Running;

[assembly: AssemblyFixture(typeof(ServerFixture))]

namespace Cairn.EndToEnd.Tests.Running;

/// <summary>A server that tests share; each works in projects and environments of its own.</summary>
public sealed class ServerFixture : IAsyncLifetime
{
    /// <summary>The admin's.</summary>
    public const string Key = "a-key-for-tests-with-more-than-32-characters";

    private readonly TemporaryFolder _folder = new();

    public ServerProcess Server { get; private set; } = null!;

    /// <summary>A shell of the admin.</summary>
    public Shell Shell() => new(Server.Url, Key);

    public async ValueTask InitializeAsync() =>
        Server = await ServerProcess.StartAsync(
            _folder.Path,
            ["--rate-limit-read", "off", "--rate-limit-write", "off", "--rate-limit-failures", "off"],
            ("CAIRN_BOOTSTRAP_ADMIN_KEY", Key)
        );

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _folder.Dispose();
    }
}
