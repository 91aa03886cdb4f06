using System.Globalization;
using System.Text;

namespace Cairn.Core.Schemas;

/// <summary>A model: what the versions of a schema have in common. In a namespace, or global.</summary>
/// <param name="Namespace">Null when it is global.</param>
/// <param name="Name">Unique in its namespace; the same name elsewhere is another model.</param>
public readonly record struct ModelName(string? Namespace, string Name)
{
    /// <summary>What stands for "no namespace" in paths; no namespace has this name.</summary>
    public const string Global = "_";

    /// <summary>How long a namespace's or a model's name may be, in characters.</summary>
    public const int MaxLength = 255;

    /// <summary>As in the store, in the API's paths and in scopes: <c>payments/Database</c>, or
    /// <c>_/Database</c>.</summary>
    public string Path => $"{Namespace ?? Global}/{Name}";

    /// <summary>Reads <see cref="Path"/>.</summary>
    /// <exception cref="ProblemException">It is none.</exception>
    public static ModelName FromPath(string path)
    {
        string[] parts = path.Split('/');
        if (parts.Length != 2)
        {
            throw new ProblemException(
                ProblemKind.Invalid,
                $"'{Shorten(path)}' is not namespace/Model; a global one is _/Model."
            );
        }

        return new ModelName(parts[0] == Global ? null : Check(parts[0], "namespace"), Check(parts[1], "model"));
    }

    /// <summary>Refuses what cannot be a name.</summary>
    /// <exception cref="ProblemException">It cannot; the message says why.</exception>
    public static string Check(string name, string what)
    {
        string? fault =
            name.Length is 0 or > MaxLength ? $"it has 1 to {MaxLength} characters"
            : name is "." or ".." or Global ? $"'{name}' has a meaning of its own"
            : name.Contains('/') || name.Contains("%2f", StringComparison.OrdinalIgnoreCase) ? "it holds no slash"
            : name.Any(char.IsControl) ? "it holds no control characters"
            : !IsText(name) ? "it is text, without half a surrogate pair"
            : null;
        return fault is null
            ? name
            : throw new ProblemException(
                ProblemKind.Invalid,
                $"'{Shorten(name)}' is not the name of a {what}: {fault}."
            );
    }

    /// <summary>Refuses what looks like another name or hides something: a name in a form that is not Unicode's NFC,
    /// and those with characters that show nothing or turn the direction of writing. For new names; those that are
    /// there stay reachable.</summary>
    /// <exception cref="ProblemException">It cannot be a new name; the message says why.</exception>
    public void CheckVisible()
    {
        foreach (string name in Namespace is null ? [Name] : (string[])[Namespace, Name])
        {
            string? fault =
                name.EnumerateRunes().FirstOrDefault(IsPart) is { Value: > 0 } part
                    ? $"U+{part.Value:X4} is part of a letter that is one character in Unicode's form NFC"
                : name.EnumerateRunes().FirstOrDefault(IsHidden) is { Value: > 0 } hidden
                    ? $"U+{hidden.Value:X4} cannot be seen in it"
                : null;
            if (fault is not null)
                throw new ProblemException(ProblemKind.Invalid, $"'{Shorten(name)}' cannot be a new name: {fault}.");
        }
    }

    // Accents of Latin, Greek and Cyrillic, Hangul's jamo, and kana's marks. Normalising itself needs ICU, which not
    // every machine has.
    private static bool IsPart(Rune rune) =>
        rune.Value is (>= 0x300 and <= 0x36f) or (>= 0x1100 and <= 0x11ff) or 0x3099 or 0x309a;

    private static bool IsHidden(Rune rune) =>
        rune.Value != ' '
        && Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.SpaceSeparator
                or UnicodeCategory.PrivateUse
                or UnicodeCategory.OtherNotAssigned;

    /// <summary>As people write it: <c>payments/Database</c>, or <c>Database</c>.</summary>
    public override string ToString() => Namespace is null ? Name : $"{Namespace}/{Name}";

    /// <summary>Text from outside, fit to be repeated in a message: not long, and on one line.</summary>
    public static string Shorten(string text) =>
        new([
            .. (text.Length <= 80 ? text : text[..80] + "…").Select(c =>
                char.IsControl(c) || char.IsSurrogate(c) ? '?' : c
            ),
        ]);

    private static bool IsText(string name)
    {
        for (int i = 0; i < name.Length; i++)
        {
            if (char.IsSurrogate(name[i]) && !(i + 1 < name.Length && char.IsSurrogatePair(name[i], name[++i])))
                return false;
        }

        return true;
    }
}

/// <summary>One version of a model.</summary>
public sealed record SchemaAddress(ModelName Model, SchemaVersion Version)
{
    /// <summary>As in the store: <c>payments/Database/1.2.0</c>.</summary>
    public string Path => $"{Model.Path}/{Version.Text}";

    /// <summary>As people write it: <c>payments/Database@1.2.0</c>.</summary>
    public override string ToString() => $"{Model}@{Version.Text}";
}

/// <summary>A model and which of its versions: <c>payments/Database@1.2.0</c>, <c>payments/Database@^1.2</c>,
/// <c>Database@latest</c>.</summary>
public sealed record SchemaSelector(ModelName Model, VersionRange Range)
{
    /// <summary>The one version it names; null when that depends on which there are.</summary>
    public SchemaAddress? Exact => Range.Exact is { } version ? new SchemaAddress(Model, version) : null;

    /// <summary>Reads a selector.</summary>
    /// <exception cref="ProblemException">It is none; the message says what would be right.</exception>
    public static SchemaSelector Parse(string text)
    {
        int at = text.LastIndexOf('@');
        if (at < 0)
            throw Malformed(text, "a version is missing");
        string[] parts = text[..at].Split('/');
        if (parts.Length > 2)
            throw Malformed(text, "there is one slash at most");
        var model =
            parts.Length == 2 && parts[0] != ModelName.Global
                ? new ModelName(ModelName.Check(parts[0], "namespace"), ModelName.Check(parts[1], "model"))
                : new ModelName(null, ModelName.Check(parts[^1], "model"));
        return new SchemaSelector(model, ParseRange(text[(at + 1)..]));
    }

    /// <summary>Reads <c>payments/Database/^1.2</c>, as the API's paths have it.</summary>
    /// <exception cref="ProblemException">It is none.</exception>
    public static SchemaSelector FromPath(string path)
    {
        int slash = path.LastIndexOf('/');
        return slash < 0
            ? throw new ProblemException(
                ProblemKind.Invalid,
                $"'{ModelName.Shorten(path)}' is not namespace/Model/version; a global one is _/Model/version."
            )
            : new SchemaSelector(ModelName.FromPath(path[..slash]), ParseRange(path[(slash + 1)..]));
    }

    /// <summary>Reads a path that has to name one version.</summary>
    /// <exception cref="ProblemException">It does not.</exception>
    public static SchemaAddress AddressFromPath(string path)
    {
        int slash = path.LastIndexOf('/');
        string version = path[(slash + 1)..];
        if (slash < 0 || !SchemaVersion.TryParse(version, out var parsed))
        {
            throw new ProblemException(
                ProblemKind.Invalid,
                $"'{ModelName.Shorten(version)}' is not a version such as 1.2.0 or 2.0.0-rc.1 (semver.org)."
            );
        }

        return new SchemaAddress(ModelName.FromPath(path[..slash]), parsed);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Model}@{Range}";

    private static VersionRange ParseRange(string text) =>
        VersionRange.TryParse(text, out var range)
            ? range
            : throw new ProblemException(
                ProblemKind.Invalid,
                $"'{ModelName.Shorten(text)}' is not a version such as 1.2.0, a range such as ^1.2, or latest."
            );

    private static ProblemException Malformed(string text, string why) =>
        new(
            ProblemKind.Invalid,
            $"'{ModelName.Shorten(text)}' does not name a schema, such as payments/Database@^1.2: {why}."
        );
}
