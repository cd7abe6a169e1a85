namespace TeamsWorkflows.Client;

/// <summary>A report and what became of it.</summary>
public sealed record ReportView(string Id, string Title, DateTimeOffset CreatedAt, IReadOnlyList<DeliveryView> Deliveries)
{
    /// <summary>Gets a value indicating whether nothing more happens to it by itself.</summary>
    public bool HasEnded => Deliveries.All(static d => d.HasEnded);
}

/// <summary>One report on its way to one destination.</summary>
/// <param name="State">Such as Posting, Parked, Delivered or FellBack; a later server may have others.</param>
/// <param name="Reason">What the state is about; null: it speaks for itself.</param>
/// <param name="WebUrl">The message; null: there is none, or it has no address.</param>
public sealed record DeliveryView(
    string Id,
    string ReportId,
    string Title,
    string Kind,
    string? Connection,
    string? ChannelId,
    string State,
    string? Reason,
    Uri? WebUrl,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    private static readonly string[] Ends = ["NotApproved", "Delivered", "HandedOver", "FellBack", "Failed", "Suppressed", "Cancelled"];

    /// <summary>Gets a value indicating whether the state is an end.</summary>
    public bool HasEnded => Ends.Contains(State, StringComparer.Ordinal);
}

/// <summary>A page of the ledger, newest first.</summary>
/// <param name="Next">The address of the next page; null: this is the last.</param>
public sealed record DeliveryPageView(IReadOnlyList<DeliveryView> Deliveries, string? Next);

/// <summary>Something that a person has to do.</summary>
/// <param name="Cause">What has to be done, such as Reconnect.</param>
/// <param name="WaitingCount">How many reports wait for it.</param>
public sealed record CaseView(
    string Id, bool IsOpen, string Connection, string ConnectionName, string Cause, DateTimeOffset OpenedAt, DateTimeOffset? ClosedAt, int WaitingCount)
{
    /// <summary>Gets the steps of its runbook, in their order.</summary>
    public IReadOnlyList<CaseStepView> Steps { get; init; } = [];
}

/// <summary>A step of a case's runbook.</summary>
/// <param name="TickedBy">Who said that it is done; null: nobody.</param>
public sealed record CaseStepView(string Id, string Text, string? TickedBy, DateTimeOffset? TickedAt);

internal sealed record CaseListView(IReadOnlyList<CaseView> Cases);

/// <summary>A way into Microsoft 365.</summary>
/// <param name="State">Such as Healthy, Broken or NeverConnected.</param>
public sealed record ConnectionView(
    string Id, string DisplayName, string AuthModel, string Owner, string? Username, string State, DateTimeOffset StateSince, DateTimeOffset? LastSuccessAt);

internal sealed record ConnectionListView(IReadOnlyList<ConnectionView> Connections);

/// <summary>What a verification of the audit log came to.</summary>
/// <param name="IsIntact">Whether nothing is wrong; null: it did not come to the end in its time.</param>
/// <param name="Sequence">The last sound entry: keep it elsewhere, with its hash.</param>
/// <param name="Why">What is wrong; null: nothing.</param>
public sealed record AuditVerificationView(DateTimeOffset At, bool? IsIntact, long? Entries, long? Sequence, string? Hash, string? Kind, long? BrokenAt, string? Why);

/// <summary>Which deliveries to list. Every condition that is given must hold.</summary>
public sealed record DeliveryFilter(
    string? State = null, string? Connection = null, string? Channel = null, DateTimeOffset? From = null, DateTimeOffset? To = null, int? Limit = null);
