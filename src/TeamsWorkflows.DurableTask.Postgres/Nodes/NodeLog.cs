using Microsoft.Extensions.Logging;

namespace TeamsWorkflows.DurableTask.Postgres.Nodes;

/// <summary>What a node says about its part of the hub.</summary>
internal sealed partial class NodeLog(ILogger logger)
{
    [LoggerMessage(20, LogLevel.Information, "Acquired {Count} partitions")]
    public partial void Gained(int count);

    [LoggerMessage(21, LogLevel.Information, "Recovered {Count} partitions with {Active} active instances in {Took}")]
    public partial void Recovered(int count, int active, TimeSpan took);

    [LoggerMessage(22, LogLevel.Warning, "Partition {Partition} is another node's now")]
    public partial void Lost(int partition, Exception reason);

    [LoggerMessage(23, LogLevel.Warning, "The lease on partition {Partition} ran out before it could be renewed")]
    public partial void Expired(int partition);

    [LoggerMessage(24, LogLevel.Warning, "{Count} partitions can not go on here; they are taken up again from disk")]
    public partial void Failed(int count, Exception reason);

    [LoggerMessage(25, LogLevel.Warning, "The database does not answer; it is tried again")]
    public partial void Troubled(Exception reason);
}
