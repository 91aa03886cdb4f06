using System.Reflection;
using Cairn.Core.Access;
using Cairn.Core.Changes;
using Cairn.Node;
using Cairn.Storage;

namespace Cairn.Server.Http;

/// <summary>What the pipeline has found out about a request.</summary>
public sealed class CairnRequest : IBindableFromHttpContext<CairnRequest>
{
    public required NodeServices Node { get; init; }
    public required EndpointRule Rule { get; init; }
    public required Origin Origin { get; init; }

    /// <summary>Who asks; only on endpoints that ask for a permission.</summary>
    public Principal Caller { get; internal set; } = null!;

    /// <summary>The resource the request was authorised for, where the endpoint is about one.</summary>
    public string Path { get; internal set; } = "";

    /// <summary>The environment it was authorised for.</summary>
    public string? Environment { get; internal set; }

    /// <summary>Whether the query says nothing, or nothing but an environment: the plain read of a resource.</summary>
    internal bool AsksEnvironmentOnly { get; set; }

    internal (Condition Condition, Write Write)? Extra { get; set; }

    /// <summary>What goes with what this request commits.</summary>
    public CommitContext Commit => new(Caller, Origin, Extra);

    /// <summary>The request's own, put there by the pipeline.</summary>
    public static CairnRequest Of(HttpContext http) => http.Features.Get<CairnRequest>()!;

    static ValueTask<CairnRequest?> IBindableFromHttpContext<CairnRequest>.BindAsync(
        HttpContext context,
        ParameterInfo parameter
    ) => ValueTask.FromResult<CairnRequest?>(Of(context));
}
