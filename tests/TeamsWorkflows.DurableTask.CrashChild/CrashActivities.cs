using System.Collections.Concurrent;

namespace TeamsWorkflows.DurableTask.CrashChild;

/// <summary>Activities that say when they begin and when they are about to return.</summary>
internal sealed class CrashActivities(Journal journal, IEnumerable<string> mended)
{
    private readonly ConcurrentDictionary<string, bool> _mended = new(mended.Select(static id => KeyValuePair.Create(id, true)));

    /// <summary>Takes away what makes an instance fail.</summary>
    public void Mend(string instanceId)
    {
        _mended[instanceId] = true;
        journal.Write(Verbs.Mended, instanceId);
    }

    public async Task<int> StepAsync(TaskActivityContext context, Step step)
    {
        var key = Key(context, step);
        journal.Write(Verbs.Begins, context.InstanceId, key);
        if (step.WorkMs > 0)
        {
            await Task.Delay(step.WorkMs, context.CancellationToken);
        }

        journal.Write(Verbs.Does, context.InstanceId, key);
        return 1;
    }

    /// <summary>Fails about every second time; which ones follows from instance and task, whichever process runs it.</summary>
    public Task<int> FlakyAsync(TaskActivityContext context, Step step)
        => IsOdd($"{context.InstanceId}/{context.TaskId}") ? FailAsync(context, step) : StepAsync(context, step);

    public Task<int> NeedsMendingAsync(TaskActivityContext context, Step step)
        => _mended.ContainsKey(context.InstanceId) ? StepAsync(context, step with { Index = 1 }) : FailAsync(context, step);

    /// <summary>Names an execution by stage, index and task; one that runs again has the same.</summary>
    private static string Key(TaskActivityContext context, Step step) => $"{step.Stage}.{step.Index}.{context.TaskId}";

    private async Task<int> FailAsync(TaskActivityContext context, Step step)
    {
        await StepAsync(context, step);
        throw new InvalidOperationException("not this time");
    }

    private static bool IsOdd(string text)
    {
        var hash = 2166136261; // FNV-1a: the same in every process
        foreach (var c in text)
        {
            hash = (hash ^ c) * 16777619;
        }

        return ((hash >> 7) & 1) == 1;
    }
}
