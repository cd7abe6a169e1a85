using TeamsWorkflows.Cases.Runbooks;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Cases;

/// <summary>Something about a connection that a person has to do, with its evidence.</summary>
/// <param name="Cause">What has to be done.</param>
/// <param name="Evidence">The answer that the verdict rests on, redacted; null when there was none.</param>
/// <param name="WaitingDeliveries">The first of the deliveries that go on when it is done, at most <see cref="MaxWaitingListed"/>.</param>
/// <param name="WaitingCount">How many there are.</param>
/// <param name="Username">The account that has to sign in; null when the case is not about a sign-in.</param>
public sealed record Case(
    string Id,
    string ConnectionId,
    string ConnectionName,
    string? Username,
    OperatorAction Cause,
    Diagnosis Diagnosis,
    FailureEvidence? Evidence,
    DateTimeOffset OpenedAt,
    DateTimeOffset? ClosedAt,
    string? ClosedBy,
    string? Resolution,
    string? LastVerification,
    IReadOnlyList<WaitingDelivery> WaitingDeliveries,
    int WaitingCount)
{
    /// <summary>The most waiting deliveries that a case lists: any number may wait for it.</summary>
    public const int MaxWaitingListed = 100;

    /// <summary>The label of every case: what people search their tools for (R77).</summary>
    public const string Troubleshooting = "Microsoft Teams Troubleshooting";

    /// <summary>Gets how often the operators were reminded of it.</summary>
    public int Reminders { get; init; }

    /// <summary>Gets when those above the operators were told; null: not yet.</summary>
    public DateTimeOffset? EscalatedAt { get; init; }

    /// <summary>Gets the other connections that it is about: they lost the same credential.</summary>
    public IReadOnlyList<string> OtherConnections { get; init; } = [];

    /// <summary>Gets the steps of its runbook, in their order; none without a runbook.</summary>
    public IReadOnlyList<CaseStep> Steps { get; init; } = [];

    /// <summary>Gets how the connection's account signs in.</summary>
    public SignInWay SignIn { get; init; }

    public bool IsOpen => ClosedAt is null;

    /// <summary>Gets the words by which the case is found: the failure's class and subclass, what has to be done, the connection.</summary>
    public IReadOnlyList<string> Labels =>
        LabelsOf(ConnectionId, Cause, Diagnosis);

    internal static IReadOnlyList<string> LabelsOf(string connectionId, OperatorAction cause, Diagnosis diagnosis)
        => [Troubleshooting, diagnosis.Class, .. diagnosis.Subclass is { } subclass ? [subclass] : Array.Empty<string>(), cause.Label(), connectionId];

    internal static Case From(CaseRow row, ConnectionRow connection, IReadOnlyList<WaitingDelivery> waiting, int waitingCount) => new(
        row.Id,
        row.ConnectionId,
        connection.DisplayName,
        connection.Username,
        row.Cause,
        WorkflowJson.Read<Diagnosis>(row.Diagnosis)!,
        WorkflowJson.Read<FailureEvidence>(row.Evidence),
        row.OpenedAt,
        row.ClosedAt,
        row.ClosedBy,
        row.Resolution,
        row.LastVerification,
        waiting,
        waitingCount)
    {
        SignIn = connection.SignIn,
        Reminders = row.Reminders,
        EscalatedAt = row.EscalatedAt,
    };
}

/// <summary>A delivery that goes on when a case is resolved.</summary>
/// <param name="Title">Its report's title.</param>
public sealed record WaitingDelivery(string Id, string Title);

/// <summary>What an operator's word about a case led to.</summary>
public enum ResolveResult
{
    /// <summary>The connection is being verified; the case closes if it works.</summary>
    Verifying,
    NotFound,
    AlreadyClosed,

    /// <summary>The case asks for a sign-in, and only that can resolve it.</summary>
    SignInRequired,
}
