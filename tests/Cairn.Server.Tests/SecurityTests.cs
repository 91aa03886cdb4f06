using System.Net;
using System.Security.Cryptography;
using System.Text;
using Cairn.Core.Cryptography;
using Cairn.Node;
using Cairn.Server.Tests.Support;

namespace Cairn.Server.Tests;

/// <summary>Encryption at rest, limits, and what must not leak.</summary>
public sealed class SecurityTests
{
    [Fact]
    public async Task No_secret_is_found_in_the_files_the_logs_or_the_metrics()
    {
        string[] planted = [.. Enumerable.Range(0, 6).Select(i => $"planted-{i}-{Guid.NewGuid():N}")];
        var error = Console.Error;
        var log = new StringWriter();
        Console.SetError(TextWriter.Synchronized(log));
        await using var server = await CairnServer.StartAsync(options =>
            options.LogLevel = Microsoft.Extensions.Logging.LogLevel.Debug
        );
        string key;
        try
        {
            await server.Admin.PutJsonAsync("/api/v1/configs/a/b", $$"""{"password":"{{planted[0]}}"}""");
            await server.Admin.PutJsonAsync(
                "/api/v1/configs/a/b?environment=prod",
                $$"""{"password":"{{planted[1]}}"}"""
            );
            await server.Admin.PutJsonAsync("/api/v1/projects/a/variables", $$"""{"token":"{{planted[2]}}"}""");
            await server.Admin.PutJsonAsync("/api/v1/config-schemas/a/b", $$"""{"description":"{{planted[3]}}"}""");
            await server.Admin.RefusedAsync(
                HttpStatusCode.UnprocessableEntity,
                HttpMethod.Put,
                "/api/v1/configs/a/c",
                $$$"""{"x":"{{ '{{{planted[4]}}}' + }}"}"""
            );
            var made = await server.Admin.PostJsonAsync("/api/v1/keys", """{"name":"k"}""", ("Idempotency-Key", "x"));
            key = (string)made["key"]!;
            using var wrong = server.Client(planted[5]);
            await wrong.GetAsync("/api/v1/configs/a/b");
            await server.Node.KeyUsage.FlushAsync(server.Node.Catalogs.Current, CancellationToken.None);
            await server.Node.Refusals.FlushAsync(CancellationToken.None);
        }
        finally
        {
            Console.SetError(error);
        }

        string metrics = await server.Admin.GetStringAsync("/metrics");
        string everything =
            log
            + metrics
            + string.Concat(
                Directory
                    .GetFiles(server.Folder.Path)
                    .Where(file => !file.EndsWith(".lock", StringComparison.Ordinal))
                    .Select(file => Encoding.Latin1.GetString(ReadShared(file)))
            );
        everything.Length.ShouldBeGreaterThan(10_000);
        log.ToString().ShouldContain("PutConfig answered", customMessage: "the log is looked at");
        everything.ShouldContain("configs/a/b", customMessage: "the search would find what is in clear");
        foreach (string secret in planted.Append(key).Append(CairnServer.AdminKey))
        {
            everything.ShouldNotContain(secret);
            everything.ShouldNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)));
        }
    }

    [Fact]
    public async Task Files_are_for_their_owner_only()
    {
        await using var server = await CairnServer.StartAsync(options =>
            options.Node.Data = Path.Combine(options.Node.Data, "data")
        );
        string data = Path.Combine(server.Folder.Path, "data");
        File.GetUnixFileMode(data).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (string file in Directory.GetFiles(data))
        {
            (File.GetUnixFileMode(file) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)).ShouldBe(
                UnixFileMode.None,
                file
            );
        }
    }

    [Fact]
    public async Task A_data_folder_that_was_open_to_others_is_closed()
    {
        var server = new CairnServer();
        File.SetUnixFileMode(server.Folder.Path, (UnixFileMode)0b111_101_101);

        await server.InitializeAsync();

        File.GetUnixFileMode(server.Folder.Path).ShouldBe((UnixFileMode)0b111_000_000);
        await server.DisposeAsync();
    }

    [Fact]
    public async Task The_keyring_rotates_while_reads_and_writes_go_on()
    {
        await using var server = await CairnServer.StartAsync();
        await server.Admin.PutJsonAsync("/api/v1/configs/a/old", """{"v":"old"}""");
        string before = (string)(await server.Admin.GetJsonAsync("/api/v1/keyring"))["master_key"]!;
        using var stop = new CancellationTokenSource();
        long writes = 0;
        var writing = Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(async w =>
                {
                    for (int i = 0; !stop.IsCancellationRequested; i++, Interlocked.Increment(ref writes))
                    {
                        await server.Admin.PutJsonAsync($"/api/v1/configs/a/w{w}", $$"""{"i":{{i}}}""");
                        (await server.Admin.GetStringAsync("/api/v1/configs/a/old")).ShouldBe("""{"v":"old"}""");
                    }
                })
        );
        for (int i = 0; i < 5; i++)
        {
            long seen = Interlocked.Read(ref writes);
            await server.Admin.PostJsonAsync("/api/v1/keyring/rotate", "{}");
            while (Interlocked.Read(ref writes) < seen + 4 && !writing.IsFaulted)
                await Task.Yield();
        }

        await stop.CancelAsync();
        await writing;
        var after = await server.Admin.GetJsonAsync("/api/v1/keyring");
        ((string)after["master_key"]!).ShouldNotBe(before);
        after["data_keys"]!.AsArray().Count.ShouldBe(6);
        after["data_keys"]!.AsArray().ShouldAllBe(key => (string?)key!["master_key"] == (string?)after["master_key"]);
        await server.RestartAsync();
        (await server.Admin.GetStringAsync("/api/v1/configs/a/old")).ShouldBe("""{"v":"old"}""");
        (await server.Admin.GetJsonAsync("/api/v1/audit?action=keyring.rotate"))["items"]!.AsArray().Count.ShouldBe(5);
    }

    [Fact]
    public async Task What_a_data_key_sealed_is_sealed_anew_and_the_key_taken_out()
    {
        await using var server = await CairnServer.StartAsync();
        var admin = server.Admin;
        await admin.PutJsonAsync("/api/v1/configs/a/b", """{"v":1}""");
        await admin.PutJsonAsync("/api/v1/configs/a/b?environment=prod", """{"v":2}""");
        await admin.PutJsonAsync("/api/v1/configs/a/gone", "1");
        await admin.SendJsonAsync(HttpMethod.Delete, "/api/v1/configs/a/gone");
        await admin.PutJsonAsync("/api/v1/projects/a/variables", """{"x":1}""");
        string key = (string)
            (await admin.PostJsonAsync("/api/v1/keys", """{"name":"reader","permission":"read"}"""))["key"]!;
        using var reader = server.Client(key);
        string old = Primary(await admin.GetJsonAsync("/api/v1/keyring"));
        string tag = await TagAsync();
        await using var watch = await EventReader.OpenAsync(reader, "/api/v1/watch?prefix=configs/");

        await admin.PostJsonAsync("/api/v1/keyring/rotate", "{}");
        var early = await admin.PostJsonAsync("/api/v1/keyring/reseal", "{}");
        ((long)early["resealed"]!).ShouldBeGreaterThan(20);
        early["kept"]!
            .AsArray()
            .Select(id => (string?)id)
            .ShouldContain(old, "a node may not have seen the rotation yet");
        server.Time.Offset = TimeSpan.FromMinutes(11);
        var late = await admin.PostJsonAsync("/api/v1/keyring/reseal", "{}");
        ((long)late["resealed"]!).ShouldBe(0);
        late["kept"]!.AsArray().ShouldBeEmpty();
        late["retired"]!.AsArray().Select(id => (string?)id).ShouldContain(old);
        (await admin.GetJsonAsync("/api/v1/keyring"))["data_keys"]!.AsArray().Count.ShouldBe(1);

        (await TagAsync()).ShouldBe(tag);
        await admin.PutJsonAsync("/api/v1/configs/a/next", "1");
        ((string?)(await watch.NextAsync()).Data["path"]).ShouldBe("a/next", "sealing anew is no event");
        (await admin.GetJsonAsync("/api/v1/integrity"))["findings"]!.AsArray().ShouldBeEmpty();
        (await admin.GetJsonAsync("/api/v1/audit?action=keyring.reseal"))["items"]!.AsArray().Count.ShouldBe(2);
        await server.RestartAsync();
        (await TagAsync()).ShouldBe(tag);
        (await server.Admin.GetStringAsync("/api/v1/configs/a/b?version=1")).ShouldBe("""{"v":1}""");
        (await server.Client(key).GetAsync("/api/v1/configs")).EnsureSuccessStatusCode();
        (await server.Admin.GetJsonAsync("/api/v1/integrity"))["findings"]!.AsArray().ShouldBeEmpty();

        async Task<string> TagAsync() =>
            (await server.Admin.GetAsync("/api/v1/configs/a/b?environment=prod")).Headers.ETag!.Tag;
        static string Primary(System.Text.Json.Nodes.JsonNode keyring) =>
            (string)keyring["data_keys"]!.AsArray().Single(one => (bool)one!["primary"]!)!["id"]!;
    }

    [Fact]
    public async Task A_node_forgets_a_data_key_that_another_took_out()
    {
        await using var server = await CairnServer.StartAsync();
        var store = server.Node.Store;
        await server.Admin.PostJsonAsync("/api/v1/keyring/rotate", "{}");
        var all = server.Node.Keyring.Status().DataKeys;
        string forged = server.Node.Keyring.Seal("1"u8, "a");
        await server.Admin.PostJsonAsync("/api/v1/keyring/rotate", "{}");
        await server.Admin.PostJsonAsync("/api/v1/keyring/reseal", "{}");
        server.Node.Keyring.Open(forged, "a");

        await store.CommitAsync(
            new Cairn.Storage.Transaction(
                [],
                [.. all.Select(key => new Cairn.Storage.Write.Delete("keyring/data-keys/" + key.Id))]
            ),
            TestContext.Current.CancellationToken
        );
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((await server.Admin.GetJsonAsync("/api/v1/keyring"))["data_keys"]!.AsArray().Count > 1)
            await Task.Delay(100, patience.Token);
        Should.Throw<System.Security.Cryptography.CryptographicException>(() => server.Node.Keyring.Open(forged, "a"));
        await server.Admin.PutJsonAsync("/api/v1/configs/a/b", "1");
    }

    [Fact]
    public async Task Sealing_anew_goes_on_where_it_stopped()
    {
        await using var server = await CairnServer.StartAsync();
        for (int i = 0; i < 5; i++)
            await server.Admin.PutJsonAsync($"/api/v1/configs/a/{i}", "1");
        await server.Admin.PostJsonAsync("/api/v1/keyring/rotate", "{}");
        string? after = null;
        long records = 0,
            resealed = 0;
        do
        {
            var step = await server.Node.Resealing.StepAsync(
                after,
                new Cairn.Storage.Write.Put("audit/none", "{}"u8.ToArray()),
                TimeSpan.Zero,
                TestContext.Current.CancellationToken
            );
            step.Records.ShouldBeLessThanOrEqualTo(1);
            (records, resealed, after) = (records + step.Records, resealed + step.Resealed, step.Next);
            if (records == 1)
            {
                await server.Node.Store.CommitAsync(
                    new Cairn.Storage.Transaction([], [new Cairn.Storage.Write.Delete("audit/none")]),
                    TestContext.Current.CancellationToken
                );
            }
        } while (after is not null);
        resealed.ShouldBeInRange(20, records);
        (await server.Admin.GetJsonAsync("/api/v1/integrity"))["findings"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_wrong_or_missing_master_key_stops_the_start_and_says_why()
    {
        var server = await CairnServer.StartAsync();
        await server.Admin.PutJsonAsync("/api/v1/configs/a/b", "{}");
        await server.StopAsync();
        string file = Path.Combine(server.Folder.Path, "master.key");
        string right = await File.ReadAllTextAsync(file);

        File.Delete(file);
        (await Should.ThrowAsync<MasterKeyException>(server.InitializeAsync().AsTask())).Message.ShouldContain(
            "is missing"
        );

        await WriteKeyAsync(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        (await Should.ThrowAsync<MasterKeyException>(server.InitializeAsync().AsTask())).Message.ShouldContain(
            "Bring back the right master key"
        );

        await WriteKeyAsync("short");
        (await Should.ThrowAsync<MasterKeyException>(server.InitializeAsync().AsTask())).Message.ShouldContain(
            "32 bytes"
        );

        await WriteKeyAsync(right);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        (await Should.ThrowAsync<MasterKeyException>(server.InitializeAsync().AsTask())).Message.ShouldContain(
            "chmod 600"
        );

        await WriteKeyAsync(right);
        await server.InitializeAsync();
        (await server.Admin.GetStringAsync("/api/v1/configs/a/b")).ShouldBe("{}");
        await server.DisposeAsync();

        async Task WriteKeyAsync(string text)
        {
            await File.WriteAllTextAsync(file, text);
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public async Task A_master_key_of_a_setting_is_rotated_by_putting_a_new_one_before_it()
    {
        string first = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            second = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        string setting = first;
        var server = await CairnServer.StartAsync(options => options.Node.MasterKey = setting);
        await server.Admin.PutJsonAsync("/api/v1/configs/a/b", """{"a":1}""");
        File.Exists(Path.Combine(server.Folder.Path, "master.key")).ShouldBeFalse();
        setting = $"{second},{first}";
        await server.RestartAsync();
        setting = second;
        await server.RestartAsync();
        (await server.Admin.GetStringAsync("/api/v1/configs/a/b")).ShouldBe("""{"a":1}""");
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_ciphertext_moved_to_another_place_or_version_is_not_opened()
    {
        await using var server = await CairnServer.StartAsync();
        var keyring = server.Node.Keyring;
        string sealedText = keyring.Seal("secret"u8, "configs/a/b@1");
        keyring.Open(sealedText, "configs/a/b@1").ShouldBe("secret"u8.ToArray());
        Should.Throw<CryptographicException>(() => keyring.Open(sealedText, "configs/a/b@2"));
        Should.Throw<CryptographicException>(() => keyring.Open(sealedText, "configs/a/c@1"));
        Should.Throw<CryptographicException>(() => keyring.Open(sealedText[..^4] + "AAAA", "configs/a/b@1"));
        Should.Throw<CryptographicException>(() => keyring.Open("c1.none.AAAA", "configs/a/b@1"));
    }

    [Fact]
    public async Task Limits_hold_per_caller_and_class_and_say_when_to_come_back()
    {
        await using var server = await CairnServer.StartAsync(options =>
        {
            options.Node.ReadLimit = CairnOptions.ParseLimit("5/minute");
            options.Node.WriteLimit = CairnOptions.ParseLimit("2/minute");
        });
        using var one = await server.ClientWithKeyAsync("write");
        using var own = await server.Admin.SendAsync(
            HttpMethod.Post,
            "/api/v1/keys",
            """{"name":"own","permission":"write","rate_limit":"3/hour"}"""
        );
        for (int i = 4; i >= 0; i--)
        {
            using var read = await one.GetAsync("/api/v1/configs");
            read.StatusCode.ShouldBe(HttpStatusCode.OK);
            read.Headers.GetValues("RateLimit-Limit").Single().ShouldBe("5");
            read.Headers.GetValues("RateLimit-Remaining").Single().ShouldBe(i.ToString());
        }

        using var refused = await one.GetAsync("/api/v1/configs");
        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        int wait = int.Parse(refused.Headers.GetValues("Retry-After").Single());
        wait.ShouldBeInRange(1, 120);
        (await one.SendAsync(HttpMethod.Put, "/api/v1/configs/a/b", "{}")).StatusCode.ShouldBe(
            HttpStatusCode.Created,
            "writes are counted apart"
        );
        server.Time.Offset = TimeSpan.FromSeconds(wait);
        (await one.GetAsync("/api/v1/configs")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_address_that_guesses_keys_has_to_wait()
    {
        await using var server = await CairnServer.StartAsync(options =>
            options.Node.FailureLimit = CairnOptions.ParseLimit("3/minute")
        );
        using var guesser = server.Client("cairn_live_guess");
        for (int i = 0; i < 3; i++)
            (await guesser.GetAsync("/api/v1/configs")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await guesser.GetAsync("/api/v1/configs")).StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        (await server.Admin.GetAsync("/api/v1/configs")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    // The store is locked against other processes of .NET, not against being copied.
    private static byte[] ReadShared(string file)
    {
        string copy = file + ".copy";
        using var copying = System.Diagnostics.Process.Start("cp", [file, copy]);
        copying.WaitForExit();
        byte[] content = File.ReadAllBytes(copy);
        File.Delete(copy);
        return content;
    }
}
