using System.CommandLine.Completions;
using Cairn.Cli.Commands;
using Cairn.Cli.Output;
using Cairn.Client;

namespace Cairn.Cli.Client;

/// <summary>What the shell may complete a word to, asked of the server. A server that does not answer within a second,
/// or does not want to, has nothing to suggest.</summary>
internal static class Suggestions
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Configs' paths, up to the next slash below what is typed.</summary>
    public static IEnumerable<CompletionItem> Paths(CompletionContext context)
    {
        string typed = context.WordToComplete;
        return Ask(context, CairnPath.Query("api/v1/configs", ("prefix", typed), ("limit", 1000)), "path")
            .Select(path => path.IndexOf('/', typed.Length) is var slash && slash < 0 ? path : path[..(slash + 1)])
            .Distinct()
            .Select(path => new CompletionItem(path));
    }

    /// <summary>Environments' names.</summary>
    public static IEnumerable<CompletionItem> Environments(CompletionContext context) =>
        Ask(context, "api/v1/environments", "name").Select(name => new CompletionItem(name));

    /// <summary>Identifiers of keys.</summary>
    public static IEnumerable<CompletionItem> Keys(CompletionContext context) =>
        Ask(context, "api/v1/keys?limit=1000", "id").Select(id => new CompletionItem(id));

    /// <summary>Schemas' models.</summary>
    public static IEnumerable<CompletionItem> Models(CompletionContext context) =>
        Ask(context, "api/v1/schemas?limit=1000", "path").Select(path => new CompletionItem(path));

    /// <summary>Names of saved profiles.</summary>
    public static IEnumerable<CompletionItem> Profiles()
    {
        try
        {
            return Client.Profiles.Names.Select(name => new CompletionItem(name));
        }
        catch (UsageException)
        {
            return [];
        }
    }

    private static List<string> Ask(CompletionContext context, string path, string member)
    {
        try
        {
            using var api = CairnCommand.Client(context.ParseResult);
            using var limit = new CancellationTokenSource(Patience);
            var answer = api.GetAsync(path, limit.Token).GetAwaiter().GetResult();
            return [.. answer.Items("items").Select(item => item.Text(member))];
        }
        catch (Exception e)
            when (e is HttpRequestException or ApiException or UsageException or OperationCanceledException)
        {
            // A message would land in the middle of the line that is being typed.
            return [];
        }
    }
}
