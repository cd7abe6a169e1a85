namespace TeamsWorkflows.Data;

/// <summary>Something that people look at has changed, and is durable.</summary>
/// <param name="Id">What exactly; null: some of them, nobody says which.</param>
public readonly record struct DataChange(ChangeTopic Topic, string? Id);

/// <summary>Kinds of things that change under the eyes of whoever looks.</summary>
public enum ChangeTopic
{
    Cases,

    /// <summary>By the identifier of the report.</summary>
    Approvals,
    Deliveries,
    Connections,
    Schedules,

    /// <summary>Instances of the task hub, by their identifier.</summary>
    Orchestrations,
}
