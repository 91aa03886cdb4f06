using Cairn.Core.Configs;
using Cairn.Core.Documents;
using Cairn.Server.Http;
using Cairn.Storage.Catalogs;

namespace Cairn.Server.Configs;

/// <summary>Reads one config: <c>GET /api/v1/configs/{path}</c>.</summary>
internal sealed class ConfigReads(ConfigService configs, CatalogSet catalogs)
{
    public Task Get(HttpContext http)
    {
        var request = CairnRequest.Of(http);
        // The path of nearly every read: nothing but the resource and perhaps an environment was asked for.
        if (!request.AsksEnvironmentOnly || http.Request.Headers.ContainsKey("Cairn-Min-Revision"))
            return GetWithOptions(request, http);
        var snapshot = catalogs.Current;
        var config =
            configs.Read(snapshot, request.Caller, request.Path, request.Environment, http.RequestAborted)
            ?? throw ConfigAnswers.NotFound(configs, snapshot, request);
        return ConfigAnswers.WriteAsync(http, config, ConfigAnswers.Accepted(http));
    }

    private async Task GetWithOptions(CairnRequest request, HttpContext http)
    {
        var format = ConfigAnswers.FormatOf(http);
        bool raw = Query.Flag(http.Request, "raw");
        long? version = Query.Number(http.Request, "version", 1);
        var wait = Query.Duration(http.Request, "wait", ConfigWaiting.LongestWait);
        var snapshot = await RequestSnapshot.OfAsync(http, catalogs);
        if (wait is { } time && !raw && version is null)
        {
            await WaitAsync(request, format, time, http);
            return;
        }

        var ct = http.RequestAborted;
        var (path, environment) = (request.Path, request.Environment);
        var config =
            raw ? await configs.ReadRawAsync(snapshot, path, version, environment, ct)
            : version is { } number
                ? await configs.ReadVersionAsync(snapshot, request.Caller, path, number, environment, ct)
            : configs.Read(snapshot, request.Caller, path, environment, ct);
        await ConfigAnswers.WriteAsync(
            http,
            config ?? throw ConfigAnswers.NotFound(configs, catalogs.Current, request, version, raw),
            format
        );
    }

    private async Task WaitAsync(CairnRequest request, DocumentFormat format, TimeSpan time, HttpContext http)
    {
        var config = await ConfigWaiting.WaitForNewsAsync(http, request, format, time);
        if (!RequestPipeline.IsStillAdmitted(http))
        {
            await request.Rule.Surface.WriteUnauthenticatedAsync(http, presented: true);
            return;
        }

        // Who waits for the first version knows that there is none.
        if (config is null && EntityTags.EndsRead(http, ConfigWaiting.NoVersion))
            return;
        await ConfigAnswers.WriteAsync(
            http,
            config ?? throw ConfigAnswers.NotFound(configs, catalogs.Current, request),
            format
        );
    }
}
