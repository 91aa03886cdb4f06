using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;

namespace Cairn.Server.Http;

/// <summary>A request's body of a known shape, as a handler's parameter. Members it does not know are
/// refused.</summary>
/// <typeparam name="T">Its shape, known to <see cref="WireJson"/>.</typeparam>
/// <param name="Value">What was sent.</param>
internal sealed record Body<T>(T Value) : IBindableFromHttpContext<Body<T>>, IEndpointParameterMetadataProvider
{
    /// <exception cref="Core.ProblemException">It is too large or has another shape.</exception>
    public static async ValueTask<Body<T>?> BindAsync(HttpContext http, ParameterInfo parameter) =>
        new(await Bodies.ReadAsync(http, WireJson.Of<T>()));

    static void IEndpointParameterMetadataProvider.PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new BodyDescription(typeof(T), ["application/json"]));
}
