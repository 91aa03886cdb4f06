using System.Text;

namespace Cairn.JsonSchema.Tests.Evaluation;

public sealed class AllocationTests
{
    private const string Schema = """
        {
          "type": "object",
          "required": ["name", "port"],
          "properties": {
            "name": { "type": "string", "minLength": 3, "pattern": "^[a-z-]+$" },
            "port": { "$ref": "#/$defs/port" },
            "mode": { "enum": ["a", "b", "c", "d", "e", "f", "g", "h", "i", "on"] },
            "sizes": { "items": { "multipleOf": 0.5 }, "uniqueItems": true, "contains": { "const": 1 } },
            "when": { "format": "date-time" },
            "nested": { "anyOf": [{ "type": "string" }, { "required": ["x"], "properties": { "x": true } }], "unevaluatedProperties": false }
          },
          "$defs": { "port": { "type": "integer", "maximum": 65535 } }
        }
        """;

    private const string Instance = """
        { "name": "pay\u006dents", "port": 443, "mode": "on", "sizes": [1, 2.5, 3e0], "when": "2026-01-02T03:04:05Z", "nested": { "x": null } }
        """;

    [Fact]
    public void The_boolean_path_allocates_nothing_per_instance()
    {
        var validator = Schemas.Compile(Schema, new SchemaOptions { AssertFormat = true });
        var element = Schemas.Json(Instance);
        byte[] utf8 = Encoding.UTF8.GetBytes(Instance);
        for (int i = 0; i < 200; i++)
        {
            (validator.IsValid(element) && validator.IsValid(utf8)).ShouldBeTrue(); // pools and regex states fill
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000; i++)
        {
            validator.IsValid(element);
            validator.IsValid(utf8);
        }

        // A few bytes for what the runtime may do once meanwhile; 2,000 validations that allocated would show.
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(2_000);
    }

    [Fact]
    public void One_validator_serves_many_threads()
    {
        var validator = Schemas.Compile(Schema);
        var right = Schemas.Json(Instance);
        var wrong = Schemas.Json(Instance.Replace("443", "70000"));

        Parallel.For(0, 4_000, i => validator.IsValid(i % 2 == 0 ? right : wrong).ShouldBe(i % 2 == 0));
    }
}
