using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Cairn.Core.Access;
using Cairn.Core.Changes;
using Cairn.Core.Configs;
using Cairn.Server.Http;
using Cairn.Storage.Catalogs;

namespace Cairn.Server.Configs;

/// <summary>One watcher's stream of server-sent events: what it asked for and may see.</summary>
internal sealed class EventStream(HttpContext http, CairnRequest request, string prefix)
{
    private readonly ArrayBufferWriter<byte> _buffer = new(512);

    /// <summary>Whether a config is among those asked for.</summary>
    public bool Wants(string path) => path.StartsWith(prefix, StringComparison.Ordinal);

    /// <summary>Sends the events of some changes, in one piece.</summary>
    /// <param name="changes">All of one commit's, or of several in order.</param>
    /// <param name="ct">Ends the sending.</param>
    public Task SendAsync(IEnumerable<CatalogChange> changes, CancellationToken ct)
    {
        ConfigEvent? last = null;
        foreach (var change in changes)
            if (change.After is Versioned<ConfigState> after && Wants(after.Path))
                foreach (var @event in Events((Versioned<ConfigState>?)change.Before, after))
                {
                    if (last is not null)
                        Write(last, endsCommit: last.Revision != @event.Revision);
                    last = @event;
                }

        if (last is not null)
            Write(last, endsCommit: true);
        return FlushAsync(ct);
    }

    /// <summary>Sends a comment, which keeps proxies from closing the connection and shows when the watcher has gone.</summary>
    public Task HeartbeatAsync(CancellationToken ct)
    {
        Append(": \n\n");
        return FlushAsync(ct);
    }

    /// <summary>Sends the watcher away with a reason and the advice to come back in a moment.</summary>
    public async Task EndAsync(string reason, CancellationToken ct)
    {
        Append($"retry: 1000\nevent: end\ndata: {JsonSerializer.Serialize(reason, ReasonJson.Default.String)}\n\n");
        await FlushAsync(ct);
    }

    private IEnumerable<ConfigEvent> Events(Versioned<ConfigState>? before, Versioned<ConfigState> after)
    {
        if (request.Environment is not { } environment)
            return ConfigEvent.Of(before, after).Where(@event => Allowed(after.Path, @event.Environment));
        if (ConfigState.SameIn(environment, before?.State, after.State) || !Allowed(after.Path, environment))
            return [];
        bool serves = after.State is { } state && (state.BaseOf(environment) is not null || state.Overlays.ContainsKey(environment));
        return [new ConfigEvent(serves ? "put" : "delete", after.Path, environment, after.Version, after.Revision)];
    }

    private bool Allowed(string path, string? environment) =>
        Authorizer.Allows(request.Caller, ConfigService.ReadPermission, path, environment);

    // Only the last event of a commit has its revision as id: who breaks off before it gets the whole commit again.
    private void Write(ConfigEvent @event, bool endsCommit)
    {
        Append(string.Create(CultureInfo.InvariantCulture, $"event: {@event.Type}\n"));
        if (endsCommit)
            Append(string.Create(CultureInfo.InvariantCulture, $"id: {@event.Revision}\n"));
        Append("data: ");
        using (var writer = new Utf8JsonWriter(_buffer))
            JsonSerializer.Serialize(
                writer, new ConfigEventView(@event.Path, @event.Version, @event.Revision, @event.Environment), WireJson.Default.ConfigEventView);
        Append("\n\n");
    }

    private void Append(string text) => Encoding.UTF8.GetBytes(text, _buffer);

    private async Task FlushAsync(CancellationToken ct)
    {
        if (_buffer.WrittenCount == 0)
            return;
        if (!http.Response.HasStarted)
        {
            http.Response.ContentType = "text/event-stream";
            http.Response.Headers.CacheControl = "no-store";
            // nginx and others gather answers unless told not to.
            http.Response.Headers["X-Accel-Buffering"] = "no";
        }

        await http.Response.Body.WriteAsync(_buffer.WrittenMemory, ct);
        await http.Response.Body.FlushAsync(ct);
        _buffer.ResetWrittenCount();
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class ReasonJson : System.Text.Json.Serialization.JsonSerializerContext;
