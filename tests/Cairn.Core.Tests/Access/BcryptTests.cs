using Cairn.Core.Keys;

namespace Cairn.Core.Tests.Access;

public sealed class BcryptTests
{
    /// <summary>Made by crypt(3) of libxcrypt 4.4; the second is also in OpenBSD's and Openwall's own tests.</summary>
    public static readonly IEnumerable<TheoryDataRow<string, string>> Known =
    [
        new("", "$2b$05$abcdefghijklmnopqrstuu0oImNDIy4flhldV9YqunRgBAePKmw7m"),
        new("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
        new(
            "v7x9K8mN3pL2qR5tY8wZ1aB4cD6eF0gH9iJ2kL5mN8p",
            "$2b$06$N9qo8uLOickgx2ZMRZoMye1ndjbMpiH/B0Q0nrqvkFZfDo7kEuHSy"
        ),
        new("größe-日本", "$2y$04$......................a6THctJZhKDDoJSt8SCz6/88m1o3ujO"),
        new(new string('x', 72), "$2b$04$zVHmKQtGGQob.b/Nc7l9NO5lk3HE4lBY9ZLK2Ksrzs65flaJMCy36"),
    ];

    [Theory]
    [MemberData(nameof(Known))]
    public void A_text_is_known_by_its_hash_and_no_other_is(string text, string hash)
    {
        BcryptHash.Verify(text, hash).ShouldBeTrue();
        BcryptHash.Verify(text + "x", hash).ShouldBeFalse();
        BcryptHash.Verify(text.Length == 0 ? "y" : "y" + text[1..], hash).ShouldBeFalse();
        char last = hash[^1] == 'W' ? 'm' : 'W';
        BcryptHash.Verify(text, hash[..^2] + (hash[^2] == 'e' ? 'f' : 'e') + last).ShouldBeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("plain")]
    [InlineData("$2b$05$short")]
    [InlineData("$2x$05$abcdefghijklmnopqrstuu0oImNDIy4flhldV9YqunRgBAePKmw7m")]
    [InlineData("$2b$31$abcdefghijklmnopqrstuu0oImNDIy4flhldV9YqunRgBAePKmw7m")]
    [InlineData("$2b$03$abcdefghijklmnopqrstuu0oImNDIy4flhldV9YqunRgBAePKmw7m")]
    [InlineData("$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA")]
    public void What_is_no_hash_or_costs_too_much_is_valid_for_nothing(string hash)
    {
        BcryptHash.IsSupported(hash).ShouldBeFalse();
        BcryptHash.Verify("", hash).ShouldBeFalse();
    }

    [Fact]
    public void Texts_over_72_bytes_with_a_zero_or_half_a_character_in_them_are_valid_for_nothing()
    {
        BcryptHash
            .Verify(new string('x', 73), "$2b$04$zVHmKQtGGQob.b/Nc7l9NO5lk3HE4lBY9ZLK2Ksrzs65flaJMCy36")
            .ShouldBeFalse();
        BcryptHash.Verify("\0", "$2b$05$abcdefghijklmnopqrstuu0oImNDIy4flhldV9YqunRgBAePKmw7m").ShouldBeFalse();
        BcryptHash.Verify("\ud800", "$2b$05$abcdefghijklmnopqrstuu0oImNDIy4flhldV9YqunRgBAePKmw7m").ShouldBeFalse();
    }

    /// <summary>The digits of salt and hash have room for more bits than both have; a library that decodes them may
    /// trip over what is there.</summary>
    [Theory]
    [InlineData("$2b$04$9999999999999999999999999999999999999999999999999999.")]
    [InlineData("$2b$04$.....................................................")]
    [InlineData("$2b$04$99999999999999999999990oImNDIy4flhldV9YqunRgBAePKmw79")]
    [InlineData("$2y$04$/////////////////////////////////////////////////////")]
    public void Any_digits_are_a_hash_that_nothing_is_valid_for(string hash)
    {
        BcryptHash.IsSupported(hash).ShouldBe(hash.Length == 60);
        foreach (string text in new[] { "", "a", new string('ü', 36), "𝕏", "\ufffd" })
            BcryptHash.Verify(text, hash).ShouldBeFalse();
    }
}
