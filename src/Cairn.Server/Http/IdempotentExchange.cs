using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Cairn.Core;
using Cairn.Node.Limits;
using Cairn.Server.Observability;
using Cairn.Storage;

namespace Cairn.Server.Http;

/// <summary>Runs a POST with an <c>Idempotency-Key</c> once, and answers its repetitions with the first
/// answer.</summary>
internal sealed class IdempotentExchange(CairnRequest request, HttpContext http, ILogger log)
{
    private static readonly TimeSpan KeepLimit = TimeSpan.FromSeconds(10);

    // What a request asks beside its body, and what an answer says beside its own.
    private static readonly string[] RequestHeaders = ["Content-Type", "If-Match", "If-None-Match", "Cairn-Message"];
    private static readonly string[] AnswerHeaders =
    [
        "Content-Type",
        "Location",
        "ETag",
        "Cache-Control",
        "Cairn-Version",
        "Cairn-Revision",
    ];

    private Idempotency Idempotency => request.Node.Idempotency;

    public async Task RunAsync(string key, RequestDelegate endpoint)
    {
        if (key.Length is 0 or > Idempotency.MaxKeyLength)
        {
            throw new ProblemException(
                ProblemKind.Invalid,
                $"An Idempotency-Key has 1 to {Idempotency.MaxKeyLength} characters."
            );
        }

        byte[] body = await Bodies.ReadAsync(http, request.Node.Options.MaxBodyBytes * 16);
        http.Request.Body = new MemoryStream(body, writable: false);
        string name = Idempotency.NameOf(request.Caller.Id, key);
        byte[] digest = Digest(body);
        if (!Idempotency.TryEnter(name))
            throw new ProblemException(ProblemKind.Conflict, "A request with this Idempotency-Key is being worked on.");
        try
        {
            var snapshot = request.Node.Catalogs.Current;
            if (snapshot.Of(Idempotency.Catalog).Get(name) is { } earlier)
                await RepeatAsync(earlier, digest);
            else if (Idempotency.FullUntil(snapshot, request.Caller.Id) is { } free)
                await RefuseAsync(free);
            else
                await RunOnceAsync(name, digest, endpoint);
        }
        finally
        {
            Idempotency.Leave(name);
        }
    }

    private async Task RunOnceAsync(string name, byte[] digest, RequestDelegate endpoint)
    {
        request.Extra = Idempotency.Marker(name, request.Caller.Id, digest);
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

        // What was refused or wrote nothing left no mark, and may be repeated with the same key.
        if (request.Node.Catalogs.Current.Of(Idempotency.Catalog).TryGet(name, out _))
            await KeepAsync(name, kept);
        http.Response.ContentLength = kept.Length;
        await answer.WriteAsync(kept.GetBuffer().AsMemory(0, (int)kept.Length), http.RequestAborted);
    }

    // The request has taken effect: its author is told so whether or not a repetition can be, and who is gone will
    // repeat it.
    private async Task KeepAsync(string name, MemoryStream body)
    {
        var headers = AnswerHeaders
            .Where(header => http.Response.Headers.ContainsKey(header))
            .ToDictionary(header => header, header => http.Response.Headers[header].ToString());
        using var limit = new CancellationTokenSource(KeepLimit, request.Node.Options.Time);
        try
        {
            await Idempotency.KeepAsync(
                name,
                http.Response.StatusCode,
                headers,
                body.GetBuffer().AsMemory(0, (int)body.Length),
                limit.Token
            );
        }
        catch (Exception e) when (e is StoreException or OperationCanceledException)
        {
            log.AnswerNotKept(e, request.Origin.CorrelationId);
        }
    }

    private async Task RepeatAsync(IdempotentRequest earlier, byte[] digest)
    {
        if (!Idempotency.IsSame(earlier, digest))
        {
            throw new ProblemException(
                ProblemKind.Unprocessable,
                "This Idempotency-Key was used for a different request."
            );
        }

        if (await Idempotency.FindAsync(earlier.Name, http.RequestAborted) is not var (answer, body))
        {
            throw new ProblemException(
                ProblemKind.Conflict,
                "The first request with this Idempotency-Key was carried out, but its answer was not kept. "
                    + "Look at the audit."
            );
        }

        http.Response.StatusCode = answer.Status;
        foreach (var (header, value) in answer.Headers)
            http.Response.Headers[header] = value;
        http.Response.Headers["Idempotency-Replayed"] = "true";
        http.Response.ContentLength = body.Length;
        await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }

    private Task RefuseAsync(DateTimeOffset free)
    {
        double seconds = Math.Max(1, Math.Ceiling((free - request.Node.Options.Time.GetUtcNow()).TotalSeconds));
        http.Response.Headers.RetryAfter = Texts.Of((int)seconds);
        return Problems.WriteAsync(
            http,
            429,
            "rate-limited",
            "Too many requests",
            $"This credential has used {Idempotency.MaxKeysPerCaller} Idempotency-Keys within "
                + $"{Idempotency.Memory.TotalHours} hours, as many as are remembered: send the request without one."
        );
    }

    // Each part with its length in front, so that no two requests are the same bytes.
    private byte[] Digest(byte[] body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(Encoding.UTF8.GetBytes(http.Request.Method));
        Append(Encoding.UTF8.GetBytes($"{http.Request.Path}{http.Request.QueryString}"));
        foreach (string header in RequestHeaders)
            Append(Encoding.UTF8.GetBytes(http.Request.Headers[header].ToString()));
        Append(body);
        return hash.GetHashAndReset();

        void Append(byte[] part)
        {
            Span<byte> length = stackalloc byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(length, part.Length);
            hash.AppendData(length);
            hash.AppendData(part);
        }
    }
}
