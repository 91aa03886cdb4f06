using System.Text.Json;
using Cairn.Core.Changes;

namespace Cairn.Core.Tests.Changes;

/// <summary>Operations as JSON has them, for every kind.</summary>
public sealed class OperationFormTests
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    /// <summary>Each operation of each kind, with all it takes.</summary>
    public static TheoryData<string, string, string, string> Forms =>
        new()
        {
            { "configs", "put", "a/b", "'document':{'v':1},'environment':'dev','verbatim':true" },
            { "configs", "patch", "a/b", "'document':{'v':1},'environment':null,'verbatim':null" },
            { "configs", "json-patch", "a/b", "'document':[],'environment':'dev'" },
            { "configs", "delete", "a/b", "'environment':'dev'" },
            { "configs", "restore", "a/b", "'to_version':3" },
            { "configs", "promote", "a/b", "'environment':'prod','from':'dev','version':null" },
            { "configs", "bind", "a/b", "'document':{},'assert_format':true" },
            { "configs", "unbind", "a/b", "" },
            { "environments", "put", "qa", "'document':{'description':'x','protected':true}" },
            { "environments", "delete", "qa", "" },
            { "environments", "restore", "qa", "'to_version':1" },
            { "variables", "put", "projects/a", "'document':{}" },
            { "variables", "patch", "projects/a", "'document':{}" },
            { "variables", "restore", "projects/a", "'to_version':0" },
            { "schemas", "register", "a/M/1.0.0", "'document':{},'meta':{'x':1},'backport':true" },
            { "schemas", "delete", "a/M/1.0.0", "'force':true" },
            { "schemas", "deprecate", "a/M/1.0.0", "'document':{'message':'x','replacement':'a/M@2.0.0'}" },
            { "schemas", "undeprecate", "a/M/1.0.0", "" },
            { "schemas", "describe", "a/M/1.0.0", "'document':{}" },
            { "schemas", "restore", "a/M/1.0.0", "'to_version':1" },
            { "schema-rules", "put", "a", "'document':{'compatibility':'full'}" },
            { "schema-rules", "delete", "a", "" },
            { "schema-rules", "restore", "a", "'to_version':1" },
        };

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Every_form_is_read_and_takes_no_other_member(string kind, string op, string path, string members)
    {
        await using var world = await World.MakeAsync();
        world.Kinds.Read([Form(kind, op, path, members)]).ShouldHaveSingleItem().Path.ShouldBe(path);

        string more = members + (members.Length > 0 ? "," : "") + "'enviroment':'dev'";
        var refused = Should
            .Throw<ProblemException>(() =>
                world.Kinds.Read([Form(kind, op, path, members), Form(kind, op, path, more)])
            )
            .Problem;
        refused.Errors.ShouldHaveSingleItem().Pointer.ShouldBe("/operations/1/enviroment");
    }

    [Fact]
    public async Task Every_operation_of_every_kind_is_in_the_table()
    {
        await using var world = await World.MakeAsync();
        world
            .Kinds.All.SelectMany(kind => kind.Operations.Keys.Select(op => $"{kind.Name} {op}"))
            .ShouldBe(Forms.Select(row => $"{row.Data.Item1} {row.Data.Item2}"), ignoreOrder: true);
    }

    [Theory]
    [InlineData("configs", "fly", "", "/operations/0/op")]
    [InlineData("secrets", "put", "", "/operations/0/kind")]
    [InlineData("configs", "put", "", "/operations/0/document")]
    [InlineData("configs", "put", "'document':1,'verbatim':'yes'", "/operations/0/verbatim")]
    [InlineData("configs", "delete", "'environment':1", "/operations/0/environment")]
    [InlineData("configs", "promote", "'from':'dev'", "/operations/0/environment")]
    [InlineData("configs", "restore", "'to_version':1.5", "/operations/0/to_version")]
    [InlineData("environments", "put", "'document':{'protected':1}", "/operations/0/document")]
    [InlineData("environments", "restore", "", "/operations/0/to_version")]
    [InlineData("schema-rules", "put", "'document':{}", "/operations/0/document")]
    [InlineData("schema-rules", "put", "'document':{'compatibility':1}", "/operations/0/document/compatibility")]
    public async Task What_makes_no_sense_is_told_with_its_place(string kind, string op, string members, string pointer)
    {
        await using var world = await World.MakeAsync();
        Should
            .Throw<ProblemException>(() => world.Kinds.Read([Form(kind, op, "a", members)]))
            .Problem.Errors.ShouldHaveSingleItem()
            .Pointer.ShouldBe(pointer);
    }

    private static OperationForm Form(string kind, string op, string path, string members) =>
        JsonSerializer.Deserialize<OperationForm>(
            $$"""{"op":"{{op}}","kind":"{{kind}}","path":"{{path}}"{{(members.Length > 0 ? "," : "")}}{{members.Replace('\'', '"')}}}""",
            Json
        )!;
}
