using Cairn.Core.Changes;
using Cairn.Core.Environments;
using Cairn.Core.Schemas;

namespace Cairn.Core.Tests.Changes;

/// <summary>What must not happen together does not, whichever of the two comes first: a change that is committed while
/// another is planned makes that one be planned again.</summary>
public sealed class RaceTests
{
    private const string AtMost2 = """{"properties":{"n":{"maximum":2}}}""";

    private sealed record Race(
        string Name,
        Func<World, Task> Before,
        Operation Planned,
        Operation Meanwhile,
        ProblemKind? Refused
    );

    private static readonly Race[] Races =
    [
        new(
            "the base of what is protected meanwhile",
            w => w.CommitAsync(World.Config("p/a", """{"n":1}""")),
            World.Config("p/a", """{"n":2}"""),
            Protect("prod", true),
            null
        ),
        new(
            "an overlay of an environment that is deleted meanwhile",
            w => w.CommitAsync(World.Config("p/a", """{"n":1}"""), Protect("qa", false)),
            World.Config("p/a", """{"n":2}""", "qa"),
            new DeleteEnvironment("qa"),
            ProblemKind.NotFound
        ),
        new(
            "an environment that something has a part in meanwhile",
            w => w.CommitAsync(World.Config("p/a", """{"n":1}"""), Protect("qa", false)),
            new DeleteEnvironment("qa"),
            World.Config("p/a", """{"n":2}""", "qa"),
            ProblemKind.Conflict
        ),
        new(
            "an environment that something is pinned in meanwhile",
            w => w.CommitAsync(World.Config("p/a", """{"n":1}"""), Protect("qa", false)),
            new DeleteEnvironment("qa"),
            new Cairn.Core.Configs.PromoteConfig("p/a", "qa", null, 1),
            ProblemKind.Conflict
        ),
        new(
            "a template whose variable changes meanwhile",
            w => w.CommitAsync(World.Variables("projects/p", """{"N":1}""")),
            World.Bound("p/t", """{"n":"{{ N }}"}""", AtMost2),
            World.Variables("projects/p", """{"N":5}"""),
            ProblemKind.Unprocessable
        ),
        new(
            "a variable that a template comes to use meanwhile",
            w => w.CommitAsync(World.Variables("projects/p", """{"N":1}""")),
            World.Variables("projects/p", """{"N":5}"""),
            World.Bound("p/t", """{"n":"{{ N }}"}""", AtMost2),
            ProblemKind.Unprocessable
        ),
        new(
            "a variable of an environment that a template comes to use meanwhile",
            w =>
                w.CommitAsync(
                    World.Variables("environments/prod", """{"N":1}"""),
                    World.Variables("environments/dev", """{"N":1}""")
                ),
            World.Variables("environments/prod", """{"N":5}"""),
            World.Bound("p/t", """{"n":"{{ N }}"}""", AtMost2),
            ProblemKind.Unprocessable
        ),
        new(
            "a template whose variable is taken away meanwhile",
            w => w.CommitAsync(World.Variables("projects/p", """{"N":1}""")),
            World.Config("p/t", """{"n":"{{ N }}"}"""),
            World.Variables("projects/p", "{}"),
            ProblemKind.Unprocessable
        ),
        new(
            "a template in an environment that is made meanwhile",
            w =>
                w.CommitAsync(
                    World.Variables("environments/prod", """{"N":1}"""),
                    World.Variables("environments/dev", """{"N":1}""")
                ),
            World.Config("p/t", """{"n":"{{ N }}"}"""),
            Protect("qa", false),
            ProblemKind.Unprocessable
        ),
        new(
            "a reference to a config that changes meanwhile",
            w => w.CommitAsync(World.Config("p/base", """{"n":1}""")),
            World.Bound("p/t", """{"n":"{{ config('p/base').n }}"}""", AtMost2),
            World.Config("p/base", """{"n":5}"""),
            ProblemKind.Unprocessable
        ),
        new(
            "a config that is referred to meanwhile",
            w => w.CommitAsync(World.Config("p/base", """{"n":1}""")),
            World.Config("p/base", """{"n":5}"""),
            World.Bound("p/t", """{"n":"{{ config('p/base').n }}"}""", AtMost2),
            ProblemKind.Unprocessable
        ),
        new(
            "a config that is referred to by an expression meanwhile",
            w => w.CommitAsync(World.Config("p/base", """{"n":1}""")),
            World.Config("p/base", """{"n":5}"""),
            World.Bound("p/t", """{"n":"{{ config('p/' ~ 'base').n }}"}""", AtMost2),
            ProblemKind.Unprocessable
        ),
        new(
            "a binding to a schema that is deleted meanwhile",
            w => w.CommitAsync(World.Schema("p/M/1.0.0", AtMost2)),
            World.Bound("p/a", """{"n":1}""", "\"p/M@1.0.0\""),
            World.Unregister("p/M/1.0.0"),
            ProblemKind.Unprocessable
        ),
        new(
            "a schema that something is bound to meanwhile",
            w => w.CommitAsync(World.Schema("p/M/1.0.0", AtMost2)),
            World.Unregister("p/M/1.0.0"),
            World.Bound("p/a", """{"n":1}""", "\"p/M@^1\""),
            ProblemKind.Conflict
        ),
        new(
            "a write under a range that stands for another schema meanwhile",
            w => w.CommitAsync(World.Schema("p/M/1.0.0", "{}"), World.Bound("p/a", """{"n":1}""", "\"p/M@^1\"")),
            World.Config("p/a", """{"n":5}"""),
            World.Schema("p/M/1.1.0", AtMost2),
            ProblemKind.Unprocessable
        ),
        new(
            "a reference to a schema that is deleted meanwhile",
            w => w.CommitAsync(World.Schema("p/M/1.0.0", AtMost2)),
            World.Schema("p/R/1.0.0", """{"$ref":"cairn:p/M@1.0.0"}"""),
            World.Unregister("p/M/1.0.0"),
            ProblemKind.Unprocessable
        ),
        new(
            "a schema that is referred to meanwhile",
            w => w.CommitAsync(World.Schema("p/M/1.0.0", AtMost2)),
            World.Unregister("p/M/1.0.0"),
            World.Schema("p/R/1.0.0", """{"$ref":"cairn:p/M@1.0.0"}"""),
            ProblemKind.Conflict
        ),
        new(
            "a lower version than the one registered meanwhile",
            w => w.CommitAsync(World.Schema("p/M/1.0.0", "{}")),
            World.Schema("p/M/1.1.0", "{}"),
            World.Schema("p/M/1.2.0", "{}"),
            ProblemKind.Conflict
        ),
        new(
            "a schema under a rule that is made meanwhile",
            w => w.CommitAsync(World.Schema("p/M/1.0.0", """{"type":"object"}""")),
            World.Schema("p/M/1.1.0", """{"type":"array"}"""),
            new PutCompatibilityRule("p", Cairn.JsonSchema.CompatibilityMode.Backward),
            ProblemKind.Unprocessable
        ),
    ];

    public static IEnumerable<TheoryDataRow<string>> Names =>
        Races.Select(race => new TheoryDataRow<string>(race.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_change_is_planned_on_what_is_there_when_it_is_committed(string name)
    {
        var race = Races.Single(race => race.Name == name);
        await using var world = await World.MakeAsync();
        await race.Before(world);
        world.Store.Meanwhile = () => world.CommitAsync(race.Meanwhile);

        var refusal = await Record.ExceptionAsync(() => world.CommitAsync(race.Planned));

        var refused = (refusal as ProblemException)?.Problem.Kind;
        Assert.True(refused == race.Refused, $"{refusal?.ToString() ?? "it was committed"}");
    }

    [Fact]
    public async Task A_protected_environment_keeps_what_it_serves_when_the_base_is_written_while_it_is_protected()
    {
        await using var world = await World.MakeAsync();
        await world.CommitAsync(World.Config("p/a", """{"n":1}"""));
        world.Store.Meanwhile = () => world.CommitAsync(Protect("prod", true));

        await world.CommitAsync(World.Config("p/a", """{"n":2}"""));

        world.Serves("p/a", "prod").ShouldBe("""{"n":1}""");
        world.Serves("p/a", "dev").ShouldBe("""{"n":2}""");
    }

    [Fact]
    public async Task Writers_of_one_project_who_touch_different_configs_do_not_refuse_each_other()
    {
        await using var world = await World.MakeAsync();
        await world.CommitAsync(World.Variables("projects/p", """{"N":1}"""), World.Config("p/shared", """{"m":1}"""));
        int before = world.Store.Commits;

        await Task.WhenAll(
            Enumerable
                .Range(0, 32)
                .Select(writer =>
                    Task.Run(async () =>
                    {
                        for (int i = 0; i < 10; i++)
                        {
                            await world.CommitAsync(
                                World.Config(
                                    $"p/{writer}",
                                    $$$"""{"n":"{{ N }}","m":"{{ config('p/shared').m }}","i":{{{i}}}}""",
                                    i % 2 == 0 ? null : "dev"
                                )
                            );
                        }
                    })
                )
        );

        (world.Store.Commits - before).ShouldBe(320);
    }

    [Fact]
    public async Task A_change_that_reads_more_than_a_store_takes_conditions_depends_on_whole_projects()
    {
        await using var world = await World.MakeAsync(maxOperations: 127);
        await world.CommitAsync(
            World.Variables("environments/prod", """{"N":1}"""),
            World.Variables("environments/dev", """{"N":1}""")
        );
        for (int i = 0; i < 160; i++)
            await world.CommitAsync(World.Config($"p/{i}", """{"n":"{{ N }}"}"""));
        await world.CommitAsync(World.Variables("environments/prod", """{"N":2}"""));
        world.Serves("p/159", "prod").ShouldBe("""{"n":2}""");

        world.Store.Meanwhile = () => world.CommitAsync(World.Bound("p/7", """{"n":"{{ N }}"}""", AtMost2));
        var refusal = await Should.ThrowAsync<ProblemException>(() =>
            world.CommitAsync(World.Variables("environments/prod", """{"N":3}"""))
        );
        refusal.Problem.Kind.ShouldBe(ProblemKind.Unprocessable);
    }

    private static PutEnvironment Protect(string name, bool isProtected) =>
        new(name, new EnvironmentState(null, isProtected));
}
