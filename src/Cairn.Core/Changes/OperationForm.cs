using System.Text.Json;
using System.Text.Json.Serialization;
using Cairn.Core.Documents;

namespace Cairn.Core.Changes;

/// <summary>One write of a change set, as JSON has it.</summary>
/// <remarks>Which members there are besides these depends on what is done to which kind; a kind says so in its
/// <see cref="ResourceKind.Operations"/>.</remarks>
public sealed class OperationForm
{
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    /// <summary>What is done, such as <c>put</c>, <c>patch</c>, <c>delete</c>, <c>restore</c>.</summary>
    public required string Op { get; init; }

    /// <summary>The resource; for variables <c>environments/prod</c> or <c>projects/payments</c>, for a schema
    /// <c>payments/Database/1.2.0</c>.</summary>
    public required string Path { get; init; }

    /// <summary>The kind of resource; <c>configs</c> when left out.</summary>
    public string Kind
    {
        get;
        init => field = value ?? "configs";
    } = "configs";

    /// <summary>The version the resource must be at; 0 for "there is none".</summary>
    public long? IfVersion { get; init; }

    /// <summary>The other members, by name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Members { get; set; }

    /// <summary>A member that is text; null when it is not there.</summary>
    /// <exception cref="ProblemException">It is something else.</exception>
    public string? Text(string name) =>
        Value(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw Bad(name, $"'{name}' is a string.");

    /// <summary>A member that is a whole number; null when it is not there.</summary>
    /// <exception cref="ProblemException">It is something else.</exception>
    public long? Number(string name) =>
        Value(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) ? number
        : throw Bad(name, $"'{name}' is a whole number.");

    /// <summary>A member that is true or false; null when it is not there.</summary>
    /// <exception cref="ProblemException">It is something else.</exception>
    public bool? Flag(string name) =>
        Value(name) is not { } value ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw Bad(name, $"'{name}' is true or false.");

    /// <summary>A member of any value, compactly; null when it is not there. Here null is a value, too.</summary>
    /// <exception cref="ProblemException">It holds half of a surrogate pair.</exception>
    public byte[]? Json(string name)
    {
        _read.Add(name);
        return Members?.TryGetValue(name, out var value) == true ? JsonText.ToUtf8(value) : null;
    }

    /// <summary>The member <c>document</c>, which has to be there.</summary>
    /// <exception cref="ProblemException">It is not.</exception>
    public byte[] Document() => Json("document") ?? throw Bad("document", $"{Op} needs a document.");

    /// <summary>The member <c>to_version</c>, which has to be there.</summary>
    /// <exception cref="ProblemException">It is not.</exception>
    public long ToVersion() =>
        Number("to_version") ?? throw Bad("to_version", "restore needs the version to go back to.");

    /// <summary>That a member is not acceptable.</summary>
    public ProblemException Bad(string member, string message) =>
        new(ProblemKind.Invalid, message, [new ProblemError("/" + member, message)]);

    /// <summary>Refuses members that nobody asked for: what is misspelt would be left out silently.</summary>
    internal void RequireAllRead()
    {
        if (
            Members?.FirstOrDefault(member =>
                member.Value.ValueKind != JsonValueKind.Null && !_read.Contains(member.Key)
            ) is
            { Key: { } name }
        )
        {
            throw Bad(
                JsonPatch.Escape(name),
                _read.Count == 0
                    ? $"'{name}' means nothing to {Op} of {Kind}."
                    : $"'{name}' means nothing to {Op} of {Kind}, which takes "
                        + $"{string.Join(", ", _read.Order(StringComparer.Ordinal))}."
            );
        }
    }

    private JsonElement? Value(string name)
    {
        _read.Add(name);
        return Members?.TryGetValue(name, out var value) == true && value.ValueKind != JsonValueKind.Null
            ? value
            : null;
    }
}
