namespace TeamsWorkflows.DurableTask.Worker;

/// <summary>How much of a task hub runs, stays in memory, and is kept.</summary>
public sealed class TaskHubOptions
{
    /// <summary>Gets or sets how many turns run at once.</summary>
    /// <value>The default is the number of processors: turns are pure computation.</value>
    public int MaxConcurrentTurns { get; set; } = Environment.ProcessorCount;

    /// <summary>Gets or sets how many activities run at once.</summary>
    /// <value>The default is 1,000: activities mostly wait for somebody else.</value>
    public int MaxConcurrentActivities { get; set; } = 1_000;

    /// <summary>Gets or sets how many turns one transaction takes.</summary>
    /// <value>The default is 1,024.</value>
    public int MaxCommitBatch { get; set; } = 1_024;

    /// <summary>Gets or sets how many calls of clients may wait for their answer; more wait to be let in.</summary>
    /// <value>The default is 10,000 calls.</value>
    public int MaxPendingCalls { get; set; } = 10_000;

    /// <summary>
    /// Gets or sets how many activities may wait to run before starts of new instances have to wait. Where the code runs in
    /// workers elsewhere, turns that have no answer yet count, too.
    /// </summary>
    /// <value>The default is 100,000.</value>
    public int MaxQueuedActivities { get; set; } = 100_000;

    /// <summary>Gets or sets how long a call waits to be let in before it fails with <see cref="Client.TaskHubBusyException"/>.</summary>
    /// <value>The default is 30 seconds.</value>
    public TimeSpan MaxAdmissionWait { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets how many idle instances keep their replay in memory.</summary>
    /// <value>The default is 1,000; the one idle for longest goes first.</value>
    public int MaxIdleInstances { get; set; } = 1_000;

    /// <summary>Gets or sets how long an idle instance keeps its replay in memory.</summary>
    /// <value>The default is 10 seconds.</value>
    public TimeSpan MaxIdleTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets or sets how many timers are kept in memory; later ones are read when their time comes near.</summary>
    /// <value>The default is 20,000 timers.</value>
    public int MaxTimersInMemory { get; set; } = 20_000;

    /// <summary>Gets or sets how often one turn may continue as new before the instance fails.</summary>
    /// <value>The default is 100 generations.</value>
    public int MaxGenerationsPerTurn { get; set; } = 100;

    /// <summary>Gets or sets how long the code of one turn may run before its instance fails.</summary>
    /// <value>The default is 10 seconds. Looked at once a second.</value>
    public TimeSpan TurnTimeLimit { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets or sets how long a stop waits for running activities before it cancels them.</summary>
    /// <value>The default is 10 seconds.</value>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets or sets how long a finished instance is kept before it is purged, with its history.</summary>
    /// <value>The default is for ever.</value>
    public TimeSpan Retention { get; set; } = Timeout.InfiniteTimeSpan;

    /// <summary>Gets or sets how many finished instances one step of the retention purges.</summary>
    /// <value>The default is 500.</value>
    public int RetentionBatch { get; set; } = 500;

    /// <summary>Gets the sizes that payloads, names and histories may have.</summary>
    public TaskHubLimits Limits { get; } = new();

    /// <summary>Gets which versions of orchestrations run here.</summary>
    public VersioningOptions Versioning { get; } = new();

    /// <summary>Finds settings that cannot work.</summary>
    /// <returns>Each begins with the setting's name and says what it may be; none: all is well.</returns>
    public IEnumerable<string> Problems()
    {
        (string Name, int Value)[] counts =
        [
            (nameof(MaxConcurrentTurns), MaxConcurrentTurns), (nameof(MaxConcurrentActivities), MaxConcurrentActivities),
            (nameof(MaxCommitBatch), MaxCommitBatch), (nameof(MaxPendingCalls), MaxPendingCalls),
            (nameof(MaxQueuedActivities), MaxQueuedActivities), (nameof(MaxTimersInMemory), MaxTimersInMemory),
            (nameof(MaxGenerationsPerTurn), MaxGenerationsPerTurn), (nameof(RetentionBatch), RetentionBatch),
            ($"{nameof(Limits)}:{nameof(TaskHubLimits.MaxPayloadBytes)}", Limits.MaxPayloadBytes),
            ($"{nameof(Limits)}:{nameof(TaskHubLimits.MaxHistoryEvents)}", Limits.MaxHistoryEvents),
            ($"{nameof(Limits)}:{nameof(TaskHubLimits.MaxWaitingEvents)}", Limits.MaxWaitingEvents),
            ($"{nameof(Limits)}:{nameof(TaskHubLimits.MaxWaitingBytes)}", Limits.MaxWaitingBytes),
            ($"{nameof(Limits)}:{nameof(TaskHubLimits.MaxCustomStatusBytes)}", Limits.MaxCustomStatusBytes),
            ($"{nameof(Limits)}:{nameof(TaskHubLimits.MaxNameLength)}", Limits.MaxNameLength),
            ($"{nameof(Limits)}:{nameof(TaskHubLimits.MaxInstanceIdLength)}", Limits.MaxInstanceIdLength),
        ];
        (string Name, TimeSpan Value)[] times =
        [
            (nameof(MaxAdmissionWait), MaxAdmissionWait), (nameof(TurnTimeLimit), TurnTimeLimit),
            (nameof(MaxIdleTime), MaxIdleTime), (nameof(DrainTimeout), DrainTimeout),
        ];
        return counts.Where(static c => c.Value < 1).Select(static c => $"{c.Name} must be at least 1; it is {c.Value}.")
            .Concat(times.Where(static t => t.Value <= TimeSpan.Zero).Select(static t => $"{t.Name} must be more than zero; it is {t.Value}."))
            .Concat(Retention <= TimeSpan.Zero && Retention != Timeout.InfiniteTimeSpan
                ? [$"{nameof(Retention)} must be more than zero, or -00:00:00.001 to keep everything; it is {Retention}."]
                : []);
    }
}
