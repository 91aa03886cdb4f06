using Cairn.Core.Access;

namespace Cairn.Core.Keys;

/// <summary>What a new key is to be.</summary>
public sealed record ApiKeyRequest
{
    public required string Name { get; init; }
    public PermissionLevel Permission { get; init; } = PermissionLevel.Read;
    public IReadOnlyList<string> Scopes { get; init; } = [];
    public IReadOnlyList<string> Environments { get; init; } = [];
    public IReadOnlyList<string> AllowedIps { get; init; } = [];
    public int? ExpiresInDays { get; init; }
    public string? RateLimit { get; init; }
    public string? Description { get; init; }

    /// <summary>Refuses what cannot be a key.</summary>
    /// <exception cref="ProblemException">It cannot; the errors name each member and what would be right.</exception>
    /// <param name="existing">The environments there are.</param>
    internal void Validate(IReadOnlyCollection<string> existing)
    {
        var errors = new List<ProblemError>();
        if (Name.Trim().Length is 0 or > 255)
            errors.Add(new ProblemError("/name", "A name has 1 to 255 characters."));
        else if (Name.Any(char.IsControl))
            errors.Add(new ProblemError("/name", "A name has no control characters."));
        if (Description?.Length > 1000)
            errors.Add(new ProblemError("/description", "A description has at most 1000 characters."));
        if (ExpiresInDays is < 1 or > 3650)
        {
            errors.Add(
                new ProblemError("/expires_in_days", "A key expires in 1 to 3650 days, or never when this is left out.")
            );
        }

        if (RateLimit is { } limit && (!Access.RateLimit.TryParse(limit, out var parsed) || parsed is null))
        {
            errors.Add(
                new ProblemError(
                    "/rate_limit",
                    $"'{limit}' is not a limit such as 200/minute (second, minute, hour or day)."
                )
            );
        }

        for (int i = 0; i < Scopes.Count; i++)
        {
            if (Scope.Fault(Scopes[i]) is { } problem)
                errors.Add(new ProblemError($"/scopes/{i}", problem));
        }

        for (int i = 0; i < AllowedIps.Count; i++)
        {
            if (!Networks.TryParse(AllowedIps[i], out _))
            {
                errors.Add(
                    new ProblemError(
                        $"/allowed_ips/{i}",
                        $"'{AllowedIps[i]}' is not a network such as 10.0.0.0/8 or 2001:db8::/32."
                    )
                );
            }
        }

        for (int i = 0; i < Environments.Count; i++)
        {
            // It would let the key do nothing, and more than was meant once somebody makes such an environment.
            if (!existing.Contains(Environments[i]))
            {
                errors.Add(
                    new ProblemError(
                        $"/environments/{i}",
                        $"There is no environment '{Environments[i]}'. There are: {string.Join(", ", existing)}."
                    )
                );
            }
        }

        if (errors.Count > 0)
            throw new ProblemException(ProblemKind.Invalid, "This key cannot be made.", errors);
    }
}
