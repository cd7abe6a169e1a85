using System.Collections.Concurrent;
using TeamsWorkflows.Audit;
using TeamsWorkflows.Server.Audit;

namespace TeamsWorkflows.Server.Orchestrations;

/// <summary>One act on many orchestrations, while it goes on and afterwards.</summary>
public sealed class BulkRun : BulkProgress
{
    private BulkEnd? _end;

    internal BulkRun(string id, OrchestrationAct act, string actor, string reason, DateTimeOffset begunAt)
        => (Id, Act, Actor, Reason, BegunAt) = (id, act, actor, reason, begunAt);

    public string Id { get; }

    public string Actor { get; }

    public string Reason { get; }

    public DateTimeOffset BegunAt { get; }

    /// <summary>Gets what is done to each, in a word.</summary>
    public string Word => Act.Word;

    /// <summary>Gets how it ended; null: it goes on.</summary>
    public BulkEnd? End { get => Volatile.Read(ref _end); internal set => Volatile.Write(ref _end, value); }

    internal OrchestrationAct Act { get; }
}

/// <param name="BrokenOff">Why it was broken off; null: it was not.</param>
public sealed record BulkEnd(DateTimeOffset At, string? BrokenOff);

/// <summary>Acts on many orchestrations without keeping a browser waiting, and knows how far each act has come.</summary>
/// <remarks>
/// In memory, and of this process: what each came to is in the audit log for good. It goes on when whoever asked leaves, and
/// is broken off when the server stops; doing it again does it to the rest.
/// </remarks>
internal sealed partial class BulkRuns(
    OrchestrationDesk desk, TimeProvider time, Func<Guid> newGuid, IHostApplicationLifetime lifetime, ILogger<AuditLog> auditLogger, ILogger<BulkRuns> logger)
{
    private const int MaxKept = 100;

    // Most are over by then, and their end is the first thing that is shown.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, BulkRun> _runs = new(StringComparer.Ordinal);

    /// <summary>Begins, and waits for a second at most.</summary>
    public async Task<BulkRun> BeginAsync(IAsyncEnumerable<string> ids, OrchestrationAct act, string actor, string reason)
    {
        var run = new BulkRun(newGuid().ToString("N"), act, actor, reason, time.GetUtcNow());
        foreach (var old in _runs.Values.Where(static r => r.End is not null).OrderByDescending(static r => r.BegunAt).Skip(MaxKept - 1))
        {
            _runs.TryRemove(old.Id, out _);
        }

        _runs[run.Id] = run;
        await Task.WhenAny(RunAsync(run, ids), Task.Delay(Patience, time, lifetime.ApplicationStopping));
        return run;
    }

    public BulkRun? Find(string id) => _runs.GetValueOrDefault(id);

    private async Task RunAsync(BulkRun run, IAsyncEnumerable<string> ids)
    {
        // An act of its own: the request's is over when its answer is on the way.
        using var call = AuditCall.Current is { } asked ? AuditCall.Begin(asked.Actor, asked.Action, asked.Target, asked.Reason) : null;
        string? brokenOff = null;
        try
        {
            await desk.ActAsync(ids, run.Act, run.Actor, run.Reason, run, lifetime.ApplicationStopping);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            brokenOff = "The server stopped.";
        }
#pragma warning disable CA1031 // nobody awaits it: the page and the log tell
        catch (Exception e)
#pragma warning restore CA1031
        {
            brokenOff = e.Message;
            Log.BrokenOff(logger, run.Act.Word, e);
        }

        if (call is not null)
        {
            AuditFilter.Tell(auditLogger, call);
        }

        run.End = new(time.GetUtcNow(), brokenOff);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Act '{Act}' on many orchestrations was broken off")]
        public static partial void BrokenOff(ILogger logger, string act, Exception reason);
    }
}
