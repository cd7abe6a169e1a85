using System.Data.Common;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Npgsql;
using TeamsWorkflows.Data;
using TeamsWorkflows.Server.Hosting;

namespace TeamsWorkflows.Server.Live;

/// <summary>Tells the nodes of one database what changed on each of them: LISTEN and NOTIFY, a few times a second at most.</summary>
/// <remarks>
/// Beside the transactions, never in one: NOTIFY takes a lock of the whole server when it commits. What a node changed and did
/// not live to tell, nobody is told; clients read everything anew when they come back, and so do all after the connection broke.
/// </remarks>
internal sealed partial class PostgresChanges(
    NpgsqlDataSource source, IOptions<PostgresOptions> options, ChangeFeed feed, Func<Guid> newGuid, TimeProvider time, ILogger<PostgresChanges> logger)
    : BackgroundService
{
    private const int MaxPayload = 7_900; // PostgreSQL takes less than 8,000 bytes
    private const int MaxWaiting = 64;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Ping = TimeSpan.FromSeconds(30);

    private readonly string _node = newGuid().ToString("N");
    private readonly string _channel = $"{options.Value.Schema}_changes";
    private readonly Channel<IReadOnlyList<DataChange>> _toTell = Channel.CreateBounded<IReadOnlyList<DataChange>>(
        new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropOldest });

    private volatile bool _isInterrupted;

    /// <returns>The payload; identifiers are left out when they do not fit.</returns>
    internal static string Write(string node, IReadOnlyList<DataChange> changes)
    {
        var text = JsonSerializer.Serialize(new NodeMessage(node, changes), NodeJson.Default.NodeMessage);
        return Encoding.UTF8.GetByteCount(text) <= MaxPayload ? text : JsonSerializer.Serialize(
            new NodeMessage(node, [.. changes.Select(static c => c.Topic).Distinct().Select(static t => new DataChange(t, null))]), NodeJson.Default.NodeMessage);
    }

    /// <returns>Null when it is the node's own, or none of ours.</returns>
    internal static IReadOnlyList<DataChange>? Read(string node, string payload)
    {
        try
        {
            return JsonSerializer.Deserialize(payload, NodeJson.Default.NodeMessage) is { Changes: { } changes, Node: { } sender } && sender != node ? changes : null;
        }
        catch (JsonException)
        {
            return null; // another release's, or somebody else's
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        feed.Elsewhere = changes => _toTell.Writer.TryWrite(changes);
        feed.Listen();
        return Task.WhenAll(AgainAsync(HearAsync, stoppingToken), AgainAsync(TellAsync, stoppingToken));
    }

    private async Task AgainAsync(Func<CancellationToken, Task> work, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await work(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is DbException or IOException or TimeoutException)
            {
                if (!_isInterrupted)
                {
                    _isInterrupted = true; // once: until it is heard again
                    Log.Interrupted(logger, e.Message);
                }

                await PauseAsync(stoppingToken);
            }
        }
    }

    private async Task PauseAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.Delay(Pause, time, stoppingToken);
        }
        catch (OperationCanceledException)
        {
            // The loop sees it.
        }
    }

    private async Task HearAsync(CancellationToken stoppingToken)
    {
        await using var connection = await source.OpenConnectionAsync(stoppingToken);
        connection.Notification += (_, told) =>
        {
            if (Read(_node, told.Payload) is { } changes)
            {
                feed.Tell(changes);
            }
        };
        await RunAsync(connection, $"LISTEN \"{_channel}\"", stoppingToken);
        _isInterrupted = false;
        feed.Reset(); // what was said before
        while (true)
        {
            if (!await connection.WaitAsync(Ping, stoppingToken))
            {
                await RunAsync(connection, "SELECT 1", stoppingToken); // a connection that is gone says nothing by itself
            }
        }
    }

    private async Task TellAsync(CancellationToken stoppingToken)
    {
        await foreach (var changes in _toTell.Reader.ReadAllAsync(stoppingToken))
        {
            await using var command = source.CreateCommand("SELECT pg_notify($1, $2)");
            command.Parameters.Add(new() { Value = _channel });
            command.Parameters.Add(new() { Value = Write(_node, changes) });
            await command.ExecuteNonQueryAsync(stoppingToken);
        }
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // constants of ours, and a schema name that was checked
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Nodes cannot tell each other what changes, open pages may be behind: {Reason}")]
        public static partial void Interrupted(ILogger logger, string reason);
    }
}

/// <param name="Node">Who says so, and need not hear it.</param>
internal sealed record NodeMessage(string? Node, IReadOnlyList<DataChange>? Changes);

[JsonSerializable(typeof(NodeMessage))]
internal sealed partial class NodeJson : JsonSerializerContext;
