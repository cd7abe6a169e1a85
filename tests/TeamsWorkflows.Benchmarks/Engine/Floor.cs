using System.Diagnostics;
using System.Globalization;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Sqlite;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.Benchmarks.Engine;

/// <summary>The same rows as W1 by the same store, without an engine: what the database alone would allow.</summary>
internal static class Floor
{
    private const int TurnsPerWorkflow = 6;
    private const int HistoryBytes = 70;

    public static void Run(EngineArguments options, Figures figures)
    {
        using var store = new SqlitePartitionStore(options.NewFile());
        store.Recover(1);
        var key = 0L;
        int[] batches = options.Count > 0 ? [options.Count, options.Count, options.Count] : [1, 10, 50, 100, 200];
        foreach (var batch in batches)
        {
            var (workflows, clock) = (0, Stopwatch.StartNew());
            while (clock.ElapsedMilliseconds < 3_000)
            {
                for (var turn = 0; turn < TurnsPerWorkflow; turn++)
                {
                    store.Commit([.. Enumerable.Range(0, batch).Select(i => Turn(key + i + 1, turn))]);
                }

                key += batch;
                workflows += batch;
            }

            figures.Add(
                string.Create(CultureInfo.InvariantCulture, $"workflows_per_s_at_{batch}_turns"), workflows / clock.Elapsed.TotalSeconds, 0);
        }
    }

    private static CommitTurn Turn(long key, int number)
    {
        var now = DateTimeOffset.UtcNow;
        var (isFirst, isLast) = (number == 0, number == TurnsPerWorkflow - 1);
        var row = isFirst || isLast
            ? new InstanceRow(
                key,
                Guid.CreateVersion7().ToString("N"),
                "five",
                isLast ? OrchestrationRuntimeStatus.Completed : OrchestrationRuntimeStatus.Running,
                IsActive: !isLast,
                null,
                null,
                now,
                now)
            {
                CompletedAt = isLast ? now : null,
            }
            : null;
        return new CommitTurn(key, number, new byte[HistoryBytes], ReplacesHistory: false, isFirst, row, [], []);
    }
}
