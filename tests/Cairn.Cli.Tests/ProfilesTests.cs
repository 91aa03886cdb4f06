using Cairn.Cli.Client;
using Cairn.Cli.Output;

namespace Cairn.Cli.Tests;

/// <summary>Which server is asked, and with which key. The environment is of the whole process: nothing else may read
/// it meanwhile.</summary>
[Collection(nameof(ProfilesTests))]
[CollectionDefinition(nameof(ProfilesTests), DisableParallelization = true)]
public sealed class ProfilesTests : IDisposable
{
    private const string Here = "https://here.example.com",
        There = "https://there.example.com/cairn/",
        Elsewhere = "https://elsewhere.example.com";

    private static readonly string[] Variables = ["CAIRN_CONFIG", "CAIRN_PROFILE", "CAIRN_URL", "CAIRN_KEY"];

    private readonly Dictionary<string, string?> _before = Variables.ToDictionary(
        name => name,
        Environment.GetEnvironmentVariable
    );
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cairn-profiles-");

    public ProfilesTests()
    {
        foreach (string name in Variables)
            Environment.SetEnvironmentVariable(name, null);
        Environment.SetEnvironmentVariable("CAIRN_CONFIG", Path.Combine(_folder.FullName, "profiles.json"));
    }

    [Theory]
    [InlineData(null, null, Here, "key-here")]
    [InlineData(null, Here + "/", Here, "key-here")]
    [InlineData(null, "https://HERE.example.com:443", Here, "key-here")]
    [InlineData("there", null, There, "key-there")]
    [InlineData("there", "https://there.example.com/cairn", There, "key-there")]
    [InlineData(null, There, There, "key-there")]
    [InlineData(null, Elsewhere, Elsewhere, null)]
    [InlineData("here", Elsewhere, Elsewhere, null)]
    [InlineData("here", There, There, null)]
    [InlineData(null, "http://here.example.com", "http://here.example.com", null)]
    [InlineData(null, "https://here.example.com:8443", "https://here.example.com:8443", null)]
    [InlineData(null, "https://here.example.com/other", "https://here.example.com/other", null)]
    [InlineData(null, "https://here.example.com.evil.example", "https://here.example.com.evil.example", null)]
    public void A_saved_key_goes_to_its_own_server_only(string? name, string? url, string address, string? key)
    {
        SaveBoth();
        var profile = Profiles.Resolve(name, url);
        (profile.Url, profile.Key).ShouldBe((address, key));
        Environment.SetEnvironmentVariable("CAIRN_URL", url);
        Profiles.Resolve(name, url: null).Key.ShouldBe(key);
    }

    [Theory]
    [InlineData(Here)]
    [InlineData(Elsewhere)]
    public void A_key_in_the_environment_goes_wherever_it_is_told_to(string url)
    {
        SaveBoth();
        Environment.SetEnvironmentVariable("CAIRN_KEY", " given\n");
        var profile = Profiles.Resolve(null, url);
        (profile.Key, profile.KeySource).ShouldBe(("given", "CAIRN_KEY"));
        Profiles.Resolve(null, url, withKey: false).Key.ShouldBeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("\n")]
    public void An_empty_key_is_no_reason_to_take_another(string empty)
    {
        SaveBoth();
        Environment.SetEnvironmentVariable("CAIRN_KEY", empty);
        // On Windows an empty variable is none.
        if (Environment.GetEnvironmentVariable("CAIRN_KEY") is null)
            return;
        Should.Throw<UsageException>(() => Profiles.Resolve(null, null)).Message.ShouldContain("set and empty");
        Profiles.Resolve(null, null, withKey: false).Key.ShouldBeNull();
    }

    [Fact]
    public void What_a_profile_says_of_TLS_goes_with_its_own_server()
    {
        Profiles.Save("here", new Profile(Here, "key-here") { CaCert = "ca.pem", ClientCert = "me.pem" });
        var profile = Profiles.Resolve(null, null);
        (profile.CaCert, profile.ClientCert, profile.ClientKey).ShouldBe(
            (Path.GetFullPath("ca.pem"), Path.GetFullPath("me.pem"), null)
        );
        Profiles.Resolve(null, Elsewhere).ClientCert.ShouldBeNull();
    }

    [Fact]
    public void The_last_one_saved_is_the_current_one_until_it_is_removed()
    {
        SaveBoth();
        Profiles.Current.ShouldBe("here");
        Profiles.Names.ShouldBe(["here", "there"]);
        Profiles.Remove("here").ShouldBeTrue();
        Profiles.Remove("here").ShouldBeFalse();
        Profiles.Current.ShouldBe("default");
        Should
            .Throw<UsageException>(() => Profiles.Resolve("here", null))
            .Message.ShouldContain("cairn login --profile here");
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("[]")]
    [InlineData("{\"current\":5}")]
    [InlineData("{\"profiles\":[]}")]
    [InlineData("{\"profiles\":{\"a\":5}}")]
    [InlineData("{\"profiles\":{\"a\":{\"url\":[]}}}")]
    public void A_file_of_another_shape_is_refused_with_its_name(string text)
    {
        File.WriteAllText(Profiles.Path, text);
        Should
            .Throw<UsageException>(() => Profiles.Resolve(null, null))
            .Message.ShouldContain("profiles.json is not what 'cairn login' writes");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("{\"profiles\":null}")]
    [InlineData("{\"current\":\"a\",\"profiles\":{\"a\":null}}")]
    [InlineData("{\"current\":\"a\",\"profiles\":{\"a\":{}}}")]
    public void A_file_that_lacks_something_is_taken_as_it_is(string text)
    {
        File.WriteAllText(Profiles.Path, text);
        Profiles.Resolve(null, null).ShouldBe(new Profile(Profiles.DefaultUrl, null));
    }

    public void Dispose()
    {
        foreach (var (name, value) in _before)
            Environment.SetEnvironmentVariable(name, value);
        _folder.Delete(recursive: true);
    }

    private static void SaveBoth()
    {
        Profiles.Save("there", new Profile(There, "key-there"));
        Profiles.Save("here", new Profile(Here, "key-here"));
    }
}
