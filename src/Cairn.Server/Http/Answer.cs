using System.Reflection;
using Cairn.Core;
using Microsoft.AspNetCore.Http.Metadata;

namespace Cairn.Server.Http;

/// <summary>What a handler answers: what was asked for, or the problem that it met.</summary>
internal abstract class Answer(IResult result) : IResult
{
    public Task ExecuteAsync(HttpContext http) => result.ExecuteAsync(http);

    private protected static void Describe<T>(EndpointBuilder builder, int status) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(status, typeof(T), ["application/json"]));
}

/// <summary>What a handler answers, as JSON; the API's description is made from its type. A handler just returns the
/// value, or the problem that it met.</summary>
/// <typeparam name="T">Its shape, known to <see cref="WireJson"/>.</typeparam>
internal sealed class Answer<T> : Answer, IEndpointMetadataProvider
{
    private Answer(IResult result)
        : base(result) { }

    public static implicit operator Answer<T>(T value) => new(new JsonAnswer<T>(StatusCodes.Status200OK, value));

    public static implicit operator Answer<T>(Problem problem) => new(new Refusal(problem));

    static void IEndpointMetadataProvider.PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        Describe<T>(builder, StatusCodes.Status200OK);
}

/// <summary>What a handler answers that has made something: 201.</summary>
/// <typeparam name="T">Its shape, known to <see cref="WireJson"/>.</typeparam>
internal sealed class Made<T> : Answer, IEndpointMetadataProvider
{
    private Made(IResult result)
        : base(result) { }

    public static implicit operator Made<T>(T value) => new(new JsonAnswer<T>(StatusCodes.Status201Created, value));

    public static implicit operator Made<T>(Problem problem) => new(new Refusal(problem));

    static void IEndpointMetadataProvider.PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        Describe<T>(builder, StatusCodes.Status201Created);
}

/// <summary>What a handler answers that has written something: 201 when it was not there before, else 200.</summary>
/// <typeparam name="T">Its shape, known to <see cref="WireJson"/>.</typeparam>
internal sealed class Upserted<T> : Answer, IEndpointMetadataProvider
{
    private Upserted(IResult result)
        : base(result) { }

    public Upserted(T value, bool isNew)
        : this(new JsonAnswer<T>(isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK, value)) { }

    public static implicit operator Upserted<T>(Problem problem) => new(new Refusal(problem));

    static void IEndpointMetadataProvider.PopulateMetadata(MethodInfo method, EndpointBuilder builder)
    {
        Describe<T>(builder, StatusCodes.Status200OK);
        Describe<T>(builder, StatusCodes.Status201Created);
    }
}

/// <summary>What a handler answers that has nothing to tell: 204.</summary>
internal sealed class Done : Answer, IEndpointMetadataProvider
{
    public static readonly Done Instance = new(TypedResults.NoContent());

    private Done(IResult result)
        : base(result) { }

    public static implicit operator Done(Problem problem) => new(new Refusal(problem));

    static void IEndpointMetadataProvider.PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status204NoContent));
}

internal sealed class JsonAnswer<T>(int status, T value) : IResult
{
    public Task ExecuteAsync(HttpContext http) => Bodies.WriteAsync(http, status, value, WireJson.Of<T>());
}

/// <summary>A problem, as the API says no that was asked.</summary>
internal sealed class Refusal(Problem problem) : IResult
{
    public Task ExecuteAsync(HttpContext http) => RequestPipeline.RefuseAsync(http, problem);
}
