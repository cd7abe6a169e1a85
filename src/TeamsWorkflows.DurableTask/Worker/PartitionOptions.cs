namespace TeamsWorkflows.DurableTask.Worker;

/// <summary>How much of a partition runs, and stays in memory, at once.</summary>
public sealed class PartitionOptions
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

    /// <summary>Gets or sets how many idle instances keep their replay in memory.</summary>
    /// <value>The default is 1,000; the one idle for longest goes first.</value>
    public int MaxIdleInstances { get; set; } = 1_000;

    /// <summary>Gets or sets how long an idle instance keeps its replay in memory.</summary>
    /// <value>The default is 10 seconds.</value>
    public TimeSpan MaxIdleTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets or sets how often one turn may continue as new before the instance fails.</summary>
    /// <value>The default is 100 generations.</value>
    public int MaxGenerationsPerTurn { get; set; } = 100;

    /// <summary>Gets or sets how long a stop waits for running activities before it cancels them.</summary>
    /// <value>The default is 10 seconds.</value>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(10);
}
