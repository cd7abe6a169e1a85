using TeamsWorkflows.Deliveries;

namespace TeamsWorkflows.Connections.Forecast;

/// <summary>What stops when a connection stops (B10).</summary>
/// <param name="Reports">Who used it lately, the most frequent first.</param>
/// <param name="Waiting">Deliveries that are under way, or parked behind its case.</param>
/// <param name="Schedules">What will use it by the clock, the next first.</param>
/// <param name="Summary">One sentence: "14 reports of 3 publishers, the next at ...".</param>
public sealed record BlastRadius(
    string ConnectionId,
    IReadOnlyList<DependentReport> Reports,
    IReadOnlyList<DependentDelivery> Waiting,
    IReadOnlyList<DependentSchedule> Schedules,
    string Summary);

/// <summary>A schedule that hands reports over for a connection.</summary>
/// <param name="NextAt">With the offset of its time zone.</param>
public sealed record DependentSchedule(string Id, string Name, string Publisher, DateTimeOffset NextAt);

/// <summary>A report that comes again and again over a connection.</summary>
/// <param name="ExpectedAt">When the next one is due, going by the last ones; null when it came once.</param>
public sealed record DependentReport(
    string Publisher, string Title, int Count, int Channels, DateTimeOffset LastAt, DateTimeOffset? ExpectedAt);

public sealed record DependentDelivery(string Id, string Title, DeliveryState State, DateTimeOffset Since);
