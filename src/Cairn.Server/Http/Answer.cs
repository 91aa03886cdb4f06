using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;

namespace Cairn.Server.Http;

/// <summary>What a handler answers, as JSON; the API's description is made from its type. A handler just returns the
/// value.</summary>
/// <typeparam name="T">Its shape, known to <see cref="WireJson"/>.</typeparam>
internal sealed class Answer<T>(T value, int status = StatusCodes.Status200OK) : IResult, IEndpointMetadataProvider
{
    public Task ExecuteAsync(HttpContext http) => Bodies.WriteAsync(http, status, value, WireJson.Of<T>());

    public static implicit operator Answer<T>(T value) => new(value);

    static void IEndpointMetadataProvider.PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        Answers.Describe<T>(builder, StatusCodes.Status200OK);
}

/// <summary>What a handler answers that has made something: 201.</summary>
/// <typeparam name="T">Its shape, known to <see cref="WireJson"/>.</typeparam>
internal sealed class Made<T>(T value) : IResult, IEndpointMetadataProvider
{
    public Task ExecuteAsync(HttpContext http) =>
        Bodies.WriteAsync(http, StatusCodes.Status201Created, value, WireJson.Of<T>());

    static void IEndpointMetadataProvider.PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        Answers.Describe<T>(builder, StatusCodes.Status201Created);
}

/// <summary>What a handler answers that has written something: 201 when it was not there before, else 200.</summary>
/// <typeparam name="T">Its shape, known to <see cref="WireJson"/>.</typeparam>
internal sealed class Upserted<T>(T value, bool isNew) : IResult, IEndpointMetadataProvider
{
    public Task ExecuteAsync(HttpContext http) =>
        Bodies.WriteAsync(
            http,
            isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK,
            value,
            WireJson.Of<T>()
        );

    static void IEndpointMetadataProvider.PopulateMetadata(MethodInfo method, EndpointBuilder builder)
    {
        Answers.Describe<T>(builder, StatusCodes.Status200OK);
        Answers.Describe<T>(builder, StatusCodes.Status201Created);
    }
}

internal static class Answers
{
    public static void Describe<T>(EndpointBuilder builder, int status) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(status, typeof(T), ["application/json"]));
}
