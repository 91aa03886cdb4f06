using System.Security.Cryptography;
using System.Text;
using Cairn.Core;
using Cairn.Server.Limits;

namespace Cairn.Server.Http;

/// <summary>Runs a POST with an <c>Idempotency-Key</c> once, and answers its repetitions with the first answer.</summary>
internal sealed class IdempotentExchange(CairnRequest request, HttpContext http)
{
    private Idempotency Idempotency => request.Node.Idempotency;

    public async Task RunAsync(string key, RequestDelegate endpoint)
    {
        if (key.Length is 0 or > Idempotency.MaxKeyLength)
            throw new ProblemException(ProblemKind.Invalid, $"An Idempotency-Key has 1 to {Idempotency.MaxKeyLength} characters.");
        byte[] body = await Bodies.ReadAsync(http, request.Node.Options.MaxBodyBytes * 16);
        http.Request.Body = new MemoryStream(body, writable: false);
        string name = Idempotency.NameOf(request.Caller.Id, key);
        string digest = Digest(body);
        if (!Idempotency.TryEnter(name))
            throw new ProblemException(ProblemKind.Conflict, "A request with this Idempotency-Key is being worked on.");
        try
        {
            if (request.Node.Catalogs.Current.Of(Idempotency.Catalog).Get(name) is { } earlier)
            {
                await RepeatAsync(name, digest, earlier);
                return;
            }

            request.Extra = Idempotency.Marker(name, digest);
            await RunOnceAsync(name, digest, endpoint);
        }
        finally
        {
            Idempotency.Leave(name);
        }
    }

    private async Task RunOnceAsync(string name, string digest, RequestDelegate endpoint)
    {
        var answer = http.Response.Body;
        var kept = new MemoryStream();
        http.Response.Body = kept;
        try
        {
            await endpoint(http);
        }
        finally
        {
            http.Response.Body = answer;
        }

        // A request that was refused has written nothing and may be repeated with the same key.
        if (http.Response.StatusCode < 300)
        {
            await Idempotency.KeepAsync(name, digest, http.Response.StatusCode, kept.ToArray(), http.RequestAborted);
        }

        http.Response.ContentLength = kept.Length;
        await answer.WriteAsync(kept.GetBuffer().AsMemory(0, (int)kept.Length), http.RequestAborted);
    }

    private async Task RepeatAsync(string name, string digest, IdempotentRequest earlier)
    {
        if (earlier.Request != digest)
            throw new ProblemException(ProblemKind.Unprocessable, "This Idempotency-Key was used for a different request.");
        if (earlier.Status is not { } status)
            throw new ProblemException(
                ProblemKind.Conflict, "The first request with this Idempotency-Key was carried out, but its answer was lost. Look at the audit.");
        byte[] answer = Idempotency.Open(name, earlier);
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.Headers["Idempotency-Replayed"] = "true";
        http.Response.ContentLength = answer.Length;
        await http.Response.Body.WriteAsync(answer, http.RequestAborted);
    }

    private string Digest(byte[] body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{http.Request.Method} {http.Request.Path}{http.Request.QueryString}\n"));
        hash.AppendData(body);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
