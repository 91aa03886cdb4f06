using Cairn.Core.Changes;
using Cairn.Core.Environments;

namespace Cairn.Server.Environments;

/// <summary>How what Core knows is told by the API.</summary>
internal static class EnvironmentMapping
{
    extension(EnvironmentView)
    {
        public static EnvironmentView Of(Versioned<EnvironmentState> environment) =>
            new(
                environment.Path,
                environment.State!.Description,
                environment.State.Protected,
                environment.Version,
                environment.Revision,
                environment.CreatedAt,
                environment.CreatedBy
            );
    }
}
