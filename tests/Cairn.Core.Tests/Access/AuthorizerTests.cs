using Cairn.Core.Access;

namespace Cairn.Core.Tests.Access;

/// <summary>What grants allow.</summary>
public sealed class AuthorizerTests
{
    [Theory] // scopes of a key of a level, in environments; what is asked for, of which path, in which environment
    [InlineData("", "write", "", "configs:write", "a/b", null, true)]
    [InlineData("", "write", "", "configs:delete", "a/b", null, false)]
    [InlineData("configs:write:a/**", "admin", "", "configs:write", "a/b/c", "prod", true)]
    [InlineData("configs:write:a/**", "admin", "", "configs:delete", "a/b", null, false)]
    [InlineData("configs:admin:a/**", "read", "", "configs:write", "a/b", null, false)]
    [InlineData("configs:write:a/*", "admin", "", "configs:read", "a/b/c", null, false)]
    [InlineData("configs:write:*/b", "admin", "", "configs:read", "x/b", null, true)]
    [InlineData("configs:write:a", "admin", "", "configs:read", "a/b", null, false)]
    [InlineData("configs:write:a/b", "admin", "", "configs:read", "a", null, false)]
    [InlineData("*:*:a/**", "admin", "", "schemas:admin", "a/M/1.0.0", null, true)]
    [InlineData(
        "configs:read:a/** variables:write:projects/a",
        "admin",
        "",
        "variables:write",
        "projects/a",
        null,
        true
    )]
    [InlineData("configs:read:a/** variables:write:projects/a", "admin", "", "configs:write", "a/b", null, false)]
    [InlineData("", "admin", "dev", "configs:write", "a/b", "dev", true)]
    [InlineData("", "admin", "dev", "configs:write", "a/b", "prod", false)]
    [InlineData("", "admin", "dev", "configs:read", "a/b", null, false)]
    [InlineData("", "admin", "dev", "environments:admin", "dev", null, true)]
    [InlineData("", "admin", "dev", "environments:admin", "prod", null, false)]
    [InlineData("", "admin", "dev", "keys:admin", "x", null, false)]
    [InlineData("", "admin", "dev", "schemas:read", "a/M/1.0.0", null, true)]
    [InlineData("", "admin", "dev", "schemas:write", "a/M/1.0.0", null, false)]
    public void A_key_may_do_what_one_of_its_grants_is_about(
        string scopes,
        string level,
        string environments,
        string needed,
        string path,
        string? environment,
        bool allowed
    )
    {
        var caller = Key(scopes, level, environments);
        Authorizer.Allows(caller, Need(needed), path, environment).ShouldBe(allowed);
        if (allowed)
            Authorizer.AllowsSome(caller, Need(needed)).ShouldBeTrue();
    }

    [Theory]
    [InlineData("", "admin", "", "configs:read", true, true, true)]
    [InlineData("configs:read:**", "admin", "", "configs:read", true, true, false)]
    [InlineData("*:*:**", "write", "", "configs:read", true, true, true)]
    [InlineData("configs:read:a/**", "admin", "", "configs:read", true, false, false)]
    [InlineData("", "read", "", "configs:write", false, false, false)]
    [InlineData("", "admin", "dev", "configs:read", true, false, false)]
    [InlineData("", "admin", "dev", "schemas:read", true, true, false)]
    [InlineData("", "admin", "dev", "keys:admin", false, false, false)]
    [InlineData("keys:admin:x", "admin", "", "configs:read", false, false, false)]
    public void Some_all_and_what_may_be_handed_out_are_told_apart(
        string scopes,
        string level,
        string environments,
        string needed,
        bool some,
        bool all,
        bool handsOut
    )
    {
        var caller = Key(scopes, level, environments);
        Authorizer.AllowsSome(caller, Need(needed)).ShouldBe(some);
        Authorizer.AllowsAll(caller, Need(needed)).ShouldBe(all);
        Authorizer.MayHandOut(caller, Need(needed).Level).ShouldBe(handsOut);
    }

    [Fact]
    public void Who_was_granted_nothing_may_do_nothing()
    {
        var nobody = Principal.System with { Grants = [] };
        Authorizer.Allows(nobody, Need("configs:read"), "a", null).ShouldBeFalse();
        Authorizer.AllowsSome(nobody, new Permission("*", PermissionLevel.Read)).ShouldBeFalse();
        nobody.HighestLevel.ShouldBeNull();
    }

    private static Permission Need(string text) =>
        new(
            text.Split(':')[0],
            Permission.TryParseLevel(text.Split(':')[1], out var level) ? level : throw new ArgumentException(text)
        );

    private static Principal Key(string scopes, string level, string environments)
    {
        Permission.TryParseLevel(level, out var most).ShouldBeTrue();
        string[] names = environments.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new Principal
        {
            Kind = PrincipalKind.Key,
            Id = Principal.IdOfKey("1"),
            Name = "k",
            Grants =
                scopes.Length == 0
                    ? [Grant.Everything(most) with { Environments = names }]
                    : [.. scopes.Split(' ').Select(text => Scope.TryParse(text, out _)!.ToGrant(most, names))],
        };
    }
}
