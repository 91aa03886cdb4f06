using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Cairn.Core.Access;
using Cairn.Core.Configs;
using Cairn.Server.Http;

namespace Cairn.Server.Configs;

/// <summary>One watcher's stream of server-sent events: what it asked for and may see.</summary>
internal sealed class EventStream(HttpContext http, CairnRequest request, string prefix)
{
    // An event is written once for all of its watchers.
    private static readonly ConditionalWeakTable<ConfigEvent, byte[]> Texts = new();

    private readonly ArrayBufferWriter<byte> _buffer = new(512);

    /// <summary>Whether a config is among those asked for.</summary>
    public bool Wants(string path) => path.StartsWith(prefix, StringComparison.Ordinal);

    /// <summary>Sends those of some events that the watcher asked for and may see, in one piece.</summary>
    /// <param name="events">All of one commit's, or of several in order.</param>
    /// <param name="endTogether">Whether they are one step only together, so that the last alone has an id.</param>
    /// <param name="ct">Ends the sending.</param>
    public Task SendAsync(IEnumerable<ConfigEvent> events, bool endTogether, CancellationToken ct)
    {
        ConfigEvent? last = null;
        foreach (var told in events)
        {
            if (
                Wants(told.Path)
                && Authorizer.Allows(request.Caller, ConfigService.ReadPermission, told.Path, told.Environment)
            )
            {
                if (last is not null)
                    Write(last, endsCommit: !endTogether && last.Revision != told.Revision);
                last = told;
            }
        }

        if (last is not null)
            Write(last, endsCommit: true);
        return FlushAsync(ct);
    }

    /// <summary>Sends a comment, which keeps proxies from closing the connection and shows when the watcher has
    /// gone.</summary>
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

    // Only the last event of a commit has its revision as id: who breaks off before it gets the whole commit again.
    private void Write(ConfigEvent told, bool endsCommit)
    {
        if (endsCommit)
            Append(string.Create(CultureInfo.InvariantCulture, $"id: {told.Revision}\n"));
        _buffer.Write(Texts.GetValue(told, Text));
    }

    private static byte[] Text(ConfigEvent told)
    {
        byte[] data = JsonSerializer.SerializeToUtf8Bytes(
            new ConfigEventView(told.Path, told.Version, told.Revision, told.Environment),
            WireJson.Default.ConfigEventView
        );
        return [.. Encoding.UTF8.GetBytes($"event: {told.Type}\ndata: "), .. data, .. "\n\n"u8];
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
