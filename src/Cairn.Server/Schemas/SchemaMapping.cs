using System.Text.Json;
using Cairn.Core.Changes;
using Cairn.Core.Documents;
using Cairn.Core.Schemas;
using Cairn.JsonSchema;

namespace Cairn.Server.Schemas;

/// <summary>How what Core knows is told by the API.</summary>
internal static class SchemaMapping
{
    extension(SchemaView)
    {
        public static SchemaView Of(Versioned<SchemaState> record)
        {
            var state = record.State!;
            return new SchemaView(
                state.Address.ToString(),
                state.Address.Model.Namespace,
                state.Address.Model.Name,
                state.Address.Version.Text,
                SchemaState.NameOf(state.Content.Type),
                state.Content.MediaType,
                state.Content.Digest,
                state.Content.Text.Length,
                state.Title,
                state.RegisteredAt,
                state.RegisteredBy,
                JsonText.Element(state.Meta),
                [.. state.References.Select(Address)],
                state.Deprecation is not null,
                state.Deprecation?.At,
                state.Deprecation?.Message,
                state.Deprecation?.Replacement,
                record.Version,
                record.Revision
            );
        }

        internal static string Address(string path) => SchemaSelector.FromPath(path).ToString();
    }

    extension(SchemaModelView)
    {
        public static SchemaModelView Of(SchemaModel model) =>
            new(
                model.Name.Path,
                model.Name.Namespace,
                model.Name.Name,
                model.Latest.Address.Version.Text,
                [.. model.Versions.Select(version => version.Address.Version.Text)],
                [
                    .. model
                        .Versions.Where(version => version.Deprecation is not null)
                        .Select(version => version.Address.Version.Text),
                ],
                model.Latest.Title
            );
    }

    extension(SchemaComparisonView)
    {
        public static SchemaComparisonView Of(SchemaState from, SchemaState to, SchemaComparison comparison) =>
            new(
                from.Address.ToString(),
                to.Address.ToString(),
                (comparison.IsBackwardCompatible, comparison.IsForwardCompatible) switch
                {
                    (true, true) => comparison.Differences.Count == 0 ? "identical" : "full",
                    (true, false) => "backward",
                    (false, true) => "forward",
                    _ => "breaking",
                },
                comparison.IsBackwardCompatible,
                comparison.IsForwardCompatible,
                [
                    .. comparison.Differences.Select(difference => new SchemaDifferenceView(
                        JsonNamingPolicy.SnakeCaseLower.ConvertName(difference.Kind.ToString()),
                        difference.Pointer,
                        difference.From,
                        difference.To
                    )),
                ],
                [
                    .. comparison.BackwardBreaks.Select(item => new SchemaBreakView(
                        null,
                        "backward",
                        item.Pointer,
                        item.Reason,
                        item.IsUnknown
                    )),
                    .. comparison.ForwardBreaks.Select(item => new SchemaBreakView(
                        null,
                        "forward",
                        item.Pointer,
                        item.Reason,
                        item.IsUnknown
                    )),
                ]
            );
    }
}
