using System.Reflection;
using Cairn.Core;
using Microsoft.AspNetCore.Http.Metadata;

namespace Cairn.Server.Http;

/// <summary>What a handler answers, as JSON; the API's description is made from its type. A handler just returns the
/// value, or the problem that it met.</summary>
/// <typeparam name="T">Its shape, known to <see cref="WireJson"/>.</typeparam>
internal sealed class Answer<T> : IResult, IEndpointMetadataProvider
{
    private readonly IResult _result;

    private Answer(IResult result) => _result = result;

    public Task ExecuteAsync(HttpContext http) => _result.ExecuteAsync(http);

    public static implicit operator Answer<T>(T value) => new(new JsonAnswer<T>(StatusCodes.Status200OK, value));

    public static implicit operator Answer<T>(Problem problem) => new(new Refusal(problem));

    static void IEndpointMetadataProvider.PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        Answers.Describe<T>(builder, StatusCodes.Status200OK);
}

/// <summary>What a handler answers that has made something: 201.</summary>
/// <typeparam name="T">Its shape, known to <see cref="WireJson"/>.</typeparam>
internal sealed class Made<T> : IResult, IEndpointMetadataProvider
{
    private readonly IResult _result;

    private Made(IResult result) => _result = result;

    public Task ExecuteAsync(HttpContext http) => _result.ExecuteAsync(http);

    public static implicit operator Made<T>(T value) => new(new JsonAnswer<T>(StatusCodes.Status201Created, value));

    public static implicit operator Made<T>(Problem problem) => new(new Refusal(problem));

    static void IEndpointMetadataProvider.PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        Answers.Describe<T>(builder, StatusCodes.Status201Created);
}

/// <summary>What a handler answers that has written something: 201 when it was not there before, else 200.</summary>
/// <typeparam name="T">Its shape, known to <see cref="WireJson"/>.</typeparam>
internal sealed class Upserted<T> : IResult, IEndpointMetadataProvider
{
    private readonly IResult _result;

    private Upserted(IResult result) => _result = result;

    public Upserted(T value, bool isNew)
        : this(new JsonAnswer<T>(isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK, value)) { }

    public Task ExecuteAsync(HttpContext http) => _result.ExecuteAsync(http);

    public static implicit operator Upserted<T>(Problem problem) => new(new Refusal(problem));

    static void IEndpointMetadataProvider.PopulateMetadata(MethodInfo method, EndpointBuilder builder)
    {
        Answers.Describe<T>(builder, StatusCodes.Status200OK);
        Answers.Describe<T>(builder, StatusCodes.Status201Created);
    }
}

/// <summary>What a handler answers that has nothing to tell: 204.</summary>
internal sealed class Done : IResult, IEndpointMetadataProvider
{
    private readonly Problem? _problem;

    private Done(Problem? problem) => _problem = problem;

    public static readonly Done Instance = new(null);

    public static implicit operator Done(Problem problem) => new(problem);

    public Task ExecuteAsync(HttpContext http)
    {
        if (_problem is not null)
            return RequestPipeline.RefuseAsync(http, _problem);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

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

internal static class Answers
{
    public static void Describe<T>(EndpointBuilder builder, int status) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(status, typeof(T), ["application/json"]));
}
