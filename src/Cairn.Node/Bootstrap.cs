using Cairn.Core;
using Cairn.Core.Access;
using Cairn.Core.Changes;
using Cairn.Core.Environments;
using Cairn.Core.Keys;

namespace Cairn.Node;

/// <summary>What an empty store is given: the environments dev, staging and prod, and an admin key.</summary>
internal static class Bootstrap
{
    /// <summary>How long the text of a first admin key has to be that somebody else chose.</summary>
    public const int MinKeyLength = 32;

    public static async Task RunAsync(NodeServices node, CancellationToken ct)
    {
        var context = new CommitContext(Principal.System, Origin.Internal);
        if (node.Catalogs.Current.Of(node.Kinds.Environments.Catalog).Count == 0)
        {
            Operation[] environments =
            [
                .. new[] { "dev", "staging", "prod" }.Select(name => new PutEnvironment(
                    name,
                    new EnvironmentState(null, Protected: false)
                )
                {
                    IfVersion = 0,
                }),
            ];
            var change = new ChangeRequest(environments, "The first environments");
            (await node.Changes.CommitAsync(context, change, ct)).Require();
        }

        if (node.Catalogs.Current.Of(node.Credentials.Catalog).Count > 0)
            return;
        var request = new ApiKeyRequest
        {
            Name = "admin",
            Permission = PermissionLevel.Admin,
            Description = "The first admin key",
        };
        if (node.Options.BootstrapAdminKey is { } text)
        {
            if (text.Length < MinKeyLength)
            {
                throw new ProblemException(
                    ProblemKind.Invalid,
                    $"The first admin key has fewer than {MinKeyLength} characters. Make one with: openssl rand -hex 32"
                );
            }

            await node.Keys.CreateAsync(context, request, text, ct);
        }
        else
        {
            var (_, made) = await node.Keys.CreateAsync(context, request, ct);
            node.Options.OnAdminKeyCreated(made);
        }
    }
}
