using Cairn.Node.Settings;
using Cairn.Server.Tests.Support;

namespace Cairn.Server.Tests;

public sealed class SettingsTests
{
    [Fact]
    public void The_command_line_goes_before_the_environment_and_the_environment_before_the_file()
    {
        using var folder = new TempFolder();
        string file = Path.Combine(folder.Path, "cairn.yaml");
        File.WriteAllText(
            file,
            "data: from-file\nmax_body_bytes: 4096\nlisten:\n  - http://127.0.0.1:1\n  - http://127.0.0.1:2\n"
        );
        var (options, settings) = EffectiveSettings.Load(
            new Dictionary<string, string> { ["data"] = "from-line" },
            new Dictionary<string, string>
            {
                ["CAIRN_DATA"] = "from-environment",
                ["CAIRN_KEY_PREFIX"] = "acme",
                ["RATE_LIMIT_READ"] = "7/second",
            },
            file
        );
        options.Node.Data.ShouldBe("from-line");
        options.Node.KeyPrefix.ShouldBe("acme");
        options.Node.MaxBodyBytes.ShouldBe(4096);
        options.Listen.ShouldBe(["http://127.0.0.1:1", "http://127.0.0.1:2"]);
        options.Node.ConfigManager.ReadLimit!.ToString().ShouldBe("7/second");
        settings.Single(setting => setting.Setting.Name == "data").Source.ShouldBe("--data");
        settings
            .Single(setting => setting.Setting.Name == "config-manager-rate-limit-read")
            .Source.ShouldBe("RATE_LIMIT_READ");
        settings.Single(setting => setting.Setting.Name == "store").Source.ShouldBe("default");
    }

    [Theory]
    [InlineData("CAIRN_STOER", "sqlite:x", "CAIRN_STOER is not a setting. Did you mean CAIRN_STORE?")]
    [InlineData("CAIRN_RATE_LIMIT_READ", "lots", "CAIRN_RATE_LIMIT_READ 'lots' is not acceptable")]
    [InlineData("CAIRN_LISTEN", "8000", "CAIRN_LISTEN '8000'")]
    [InlineData("CAIRN_MAX_WATCHERS", "-1", "a whole number from 1 to")]
    [InlineData("CAIRN_HISTORY_RETENTION", "soon", "30s, 10m, 24h or 7d")]
    [InlineData("CAIRN_TLS_MIN_VERSION", "1.1", "1.2 or 1.3")]
    public void What_is_unknown_or_malformed_is_named(string variable, string value, string said) =>
        Should
            .Throw<SettingException>(() =>
                EffectiveSettings.Load(
                    new Dictionary<string, string>(),
                    new Dictionary<string, string> { [variable] = value },
                    null
                )
            )
            .Message.ShouldContain(said);

    [Theory]
    [InlineData("CAIRN_REDIS", "redis://:hush@host/first")]
    [InlineData("CAIRN_REDIS", "redis:hush@host")]
    public void A_malformed_address_is_named_without_its_password(string variable, string value)
    {
        string said = Should
            .Throw<SettingException>(() =>
                EffectiveSettings.Load(
                    new Dictionary<string, string>(),
                    new Dictionary<string, string> { [variable] = value },
                    null
                )
            )
            .Message;
        said.ShouldStartWith($"{variable} is not acceptable");
        said.ShouldNotContain("hush");
    }

    [Theory]
    [InlineData("CAIRN_STORE", "etcd://user:hush@h1:2379,h2:2379/cairn?timeout=3")]
    [InlineData("CAIRN_STORE", "postgres://user:hush@h1,h2/db?schema=a")]
    [InlineData("CAIRN_REDIS", "redis://:hush@host:6379/0")]
    public void Addresses_are_shown_without_their_passwords(string variable, string value)
    {
        var (_, settings) = EffectiveSettings.Load(
            new Dictionary<string, string>(),
            new Dictionary<string, string> { [variable] = value },
            null
        );
        string shown = settings.Single(setting => setting.Source == variable).Shown;
        shown.ShouldNotContain("hush");
        shown.ShouldContain(value[value.LastIndexOf('@')..]);
    }

    [Fact]
    public void Secrets_are_masked_and_so_are_passwords_in_addresses()
    {
        const string MasterKey = "dmVyeS1zZWNyZXQtdmVyeS1zZWNyZXQtdmVyeS1zZWM=";
        var (_, settings) = EffectiveSettings.Load(
            new Dictionary<string, string>(),
            new Dictionary<string, string>
            {
                ["CAIRN_MASTER_KEY"] = MasterKey,
                ["CAIRN_STORE"] = "postgres://user:hush@host/db",
            },
            null
        );
        string shown = string.Join('\n', settings.Select(setting => setting.Shown));
        shown.ShouldNotContain(MasterKey);
        shown.ShouldNotContain("hush");
    }

    [Theory]
    [InlineData("stoer: x", "'stoer'")]
    [InlineData("- a", "should hold settings")]
    [InlineData("a: [", "not valid YAML")]
    [InlineData("store: {a: 1}", "a value or a list")]
    public void A_settings_file_that_is_wrong_is_refused_with_the_place(string yaml, string said)
    {
        using var folder = new TempFolder();
        string file = Path.Combine(folder.Path, "c.yaml");
        File.WriteAllText(file, yaml);
        Should
            .Throw<SettingException>(() =>
                EffectiveSettings.Load(new Dictionary<string, string>(), new Dictionary<string, string>(), file)
            )
            .Message.ShouldContain(said);
    }

    [Fact]
    public void A_settings_file_that_was_named_has_to_be_there() =>
        Should.Throw<SettingException>(() =>
            EffectiveSettings.Load(new Dictionary<string, string>(), new Dictionary<string, string>(), "/no/such.yaml")
        );

    [Fact]
    public void Every_setting_is_documented_with_its_default_and_meaning()
    {
        string documented = Repository.Read("docs/configuration.md");
        foreach (var setting in SettingTable.All)
        {
            documented.ShouldContain(
                $"| `{setting.Name}` | {(setting.Default.Length == 0 ? "none" : $"`{setting.Default}`")} | "
                    + $"{setting.Meaning} |"
            );
        }
    }
}
