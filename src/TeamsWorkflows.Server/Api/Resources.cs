using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using TeamsWorkflows.Cases;
using TeamsWorkflows.Cases.Runbooks;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Connections.SignIns;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Server.Api;

/// <summary>Addresses of the API, written once.</summary>
internal static class Links
{
    public const string Root = "/api/v1";

    public static string Report(string id) => $"{Root}/reports/{Uri.EscapeDataString(id)}";

    public static string Delivery(string id) => $"{Root}/deliveries/{Uri.EscapeDataString(id)}";

    public static string Approval(string reportId) => $"{Root}/approvals/{Uri.EscapeDataString(reportId)}";

    public static string Case(string id) => $"{Root}/cases/{Uri.EscapeDataString(id)}";

    public static string Connection(string id) => $"{Root}/connections/{Uri.EscapeDataString(id)}";

    /// <summary>Where the connection's own way of signing in begins.</summary>
    public static string SignIn(Connection connection) => Connection(connection.Id) + "/" + SignInPath(connection.SignIn);

    public static string SignInPath(SignInWay way) => way == SignInWay.DeviceCode ? "device-sign-in" : "sign-in";

    public static string Schedule(string id) => $"{Root}/schedules/{Uri.EscapeDataString(id)}";

    public static string Intake(string id) => $"{Root}/intakes/{Uri.EscapeDataString(id)}";

    public static string Runbook(string id) => $"{Root}/runbooks/{id}";

    public static string Orchestration(string id) => $"{Root}/orchestrations/{Uri.EscapeDataString(id)}";
}

/// <summary>A report and what became of it; without its body, which the publisher has.</summary>
/// <param name="Approval">What it waits, or waited, for before it goes anywhere; null: nothing.</param>
internal sealed record ReportResource(
    string Id,
    string Title,
    ReportFormat Format,
    DateTimeOffset CreatedAt,
    TimeSpan Patience,
    DateTimeOffset? NotifiedAt,
    ApprovalResource? Approval,
    IReadOnlyList<DeliveryResource> Deliveries,
    ReportLinks Links)
{
    public static ReportResource From(Report report) => new(
        report.Id,
        report.Title,
        report.Format,
        report.CreatedAt,
        report.Patience,
        report.NotifiedAt,
        report.Approval is { } approval ? ApprovalResource.From(approval) : null,
        report.Deliveries.Select(DeliveryResource.From).ToArray(),
        new(Api.Links.Report(report.Id), Api.Links.Report(report.Id) + "/receipt", report.Deliveries.Select(static d => Api.Links.Delivery(d.Id)).ToArray()));
}

internal sealed record ReportLinks(string Self, string Receipt, IReadOnlyList<string> Deliveries);

/// <summary>One report on its way to one destination.</summary>
/// <param name="CardId">The marker in the message: what a search of the channel finds the report by.</param>
/// <param name="ResendOf">The delivery that it repeats at an operator's word; null: it is the report's own.</param>
/// <param name="Words">What operators did about it.</param>
internal sealed record DeliveryResource(
    string Id,
    string ReportId,
    string Title,
    string Kind,
    Destination Destination,
    string? Connection,
    string? TeamId,
    string? ChannelId,
    string? ChatId,
    DeliveryState State,
    string? Reason,
    Guid CardId,
    string? MessageId,
    string? WebUrl,
    string? RootMessageId,
    string? MailMessageId,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    IReadOnlyList<Attempt> Attempts,
    string? ResendOf,
    string? DigestOf,
    IReadOnlyList<DeliveryWord> Words,
    DeliveryLinks Links)
{
    public static DeliveryResource From(Delivery delivery) => new(
        delivery.Id,
        delivery.ReportId,
        delivery.Title,
        delivery.Kind,
        delivery.Destination,
        delivery.Connection,
        delivery.TeamId,
        delivery.ChannelId,
        delivery.ChatId,
        delivery.State,
        delivery.Reason,
        delivery.CardId,
        delivery.MessageId,
        delivery.WebUrl,
        delivery.RootMessageId,
        delivery.MailMessageId,
        delivery.CreatedAt,
        delivery.UpdatedAt,
        delivery.Attempts,
        delivery.ResendOf,
        delivery.DigestOf,
        delivery.Words,
        new(
            Api.Links.Delivery(delivery.Id),
            Api.Links.Report(delivery.ReportId),
            Api.Links.Orchestration(delivery.InstanceId),
            delivery.State.IsEnd() ? null : Api.Links.Delivery(delivery.Id) + "/cancel",
            delivery.State == DeliveryState.Held ? Api.Links.Delivery(delivery.Id) + "/decide" : null,
            delivery.State.IsEnd() && delivery.State != DeliveryState.NotApproved ? Api.Links.Delivery(delivery.Id) + "/resend" : null));
}

/// <param name="Cancel">POST a reason there to end it early; null when it has ended.</param>
/// <param name="Decide">POST a decision there; null when it does not wait for one.</param>
/// <param name="Resend">POST a reason there to send it once more; null while it runs, or when it was not approved.</param>
internal sealed record DeliveryLinks(string Self, string Report, string Orchestration, string? Cancel, string? Decide, string? Resend);

/// <param name="Next">The address of the next page; null: this is the last.</param>
internal sealed record DeliveryPage(IReadOnlyList<DeliveryResource> Deliveries, string? Next);

/// <summary>Something that a person has to do.</summary>
/// <param name="Cause">What has to be done.</param>
/// <param name="Steps">The steps of its runbook, and which of them are done.</param>
internal sealed record CaseResource(
    string Id,
    bool IsOpen,
    string Connection,
    string ConnectionName,
    IReadOnlyList<string> OtherConnections,
    string? Username,
    OperatorAction Cause,
    Diagnosis Diagnosis,
    FailureEvidence? Evidence,
    DateTimeOffset OpenedAt,
    DateTimeOffset? ClosedAt,
    string? ClosedBy,
    string? Resolution,
    string? LastVerification,
    int Reminders,
    DateTimeOffset? EscalatedAt,
    IReadOnlyList<string> Labels,
    IReadOnlyList<CaseStep> Steps,
    IReadOnlyList<WaitingDelivery> WaitingDeliveries,
    int WaitingCount,
    CaseLinks Links)
{
    public static CaseResource From(Case found) => new(
        found.Id,
        found.IsOpen,
        found.ConnectionId,
        found.ConnectionName,
        found.OtherConnections,
        found.Username,
        found.Cause,
        found.Diagnosis,
        found.Evidence,
        found.OpenedAt,
        found.ClosedAt,
        found.ClosedBy,
        found.Resolution,
        found.LastVerification,
        found.Reminders,
        found.EscalatedAt,
        found.Labels,
        found.Steps,
        found.WaitingDeliveries,
        found.WaitingCount,
        new(
            Api.Links.Case(found.Id),
            Api.Links.Connection(found.ConnectionId),
            (found.IsOpen, found.Cause, found.SignIn) switch
            {
                (true, OperatorAction.Reconnect, SignInWay.DeviceCode) => $"{Api.Links.Connection(found.ConnectionId)}/{Api.Links.SignInPath(found.SignIn)}",
                (true, OperatorAction.Reconnect, _) => Api.Links.Case(found.Id) + "/sign-in",
                _ => null,
            },
            found.IsOpen && found.Cause != OperatorAction.Reconnect ? Api.Links.Case(found.Id) + "/resolve" : null));
}

/// <param name="SignIn">POST there to begin the sign-in that resolves the case; null when that is not what it needs.</param>
/// <param name="Resolve">POST there when the cause is gone; null when a sign-in is needed, or the case is closed.</param>
internal sealed record CaseLinks(string Self, string Connection, string? SignIn, string? Resolve);

/// <param name="Next">The address of the next page; null: this is the last.</param>
internal sealed record CaseList(IReadOnlyList<CaseResource> Cases, string? Next);

/// <summary>The connection is being verified; the case closes if it works.</summary>
internal sealed record CaseVerifying(string Id, string Status, string Self);

/// <summary>A way into Microsoft 365; without secret and token.</summary>
/// <param name="Generation">It grows whenever somebody has signed in for it, or its credential was renewed after a failure.</param>
internal sealed record ConnectionResource(
    string Id,
    string DisplayName,
    AuthModel AuthModel,
    string TenantId,
    string ClientId,
    string Owner,
    string? Username,
    IReadOnlyList<string> Scopes,
    ConnectionState State,
    DateTimeOffset StateSince,
    DateTimeOffset? LastSuccessAt,
    Diagnosis? Diagnosis,
    string Environment,
    SignInWay SignIn,
    AccountKind AccountKind,
    Origin Origin,
    bool UsesCertificate,
    string? RegistrationOwner,
    long Generation,
    IReadOnlyList<string> Warnings,
    ConnectionLinks Links)
{
    public static ConnectionResource From(Connection connection) => new(
        connection.Id,
        connection.DisplayName,
        connection.AuthModel,
        connection.TenantId,
        connection.ClientId,
        connection.Owner,
        connection.Username,
        connection.Scopes,
        connection.State,
        connection.StateSince,
        connection.LastSuccessAt,
        connection.Diagnosis,
        connection.Environment,
        connection.SignIn,
        connection.AccountKind,
        connection.Origin,
        connection.UsesCertificate,
        connection.RegistrationOwner,
        connection.Generation,
        connection.Warnings,
        new(
            Api.Links.Connection(connection.Id),
            connection.AuthModel == AuthModel.DelegatedUser ? Api.Links.SignIn(connection) : null,
            connection.OpenCaseId is { } id ? Api.Links.Case(id) : null));
}

internal sealed record ConnectionLinks(string Self, string? SignIn, string? OpenCase);

internal sealed record ConnectionList(IReadOnlyList<ConnectionResource> Connections);

/// <param name="SignInUrl">Open it in a browser and sign in as the connection's account.</param>
internal sealed record SignInBegun(Uri SignInUrl, DateTimeOffset ExpiresAt);

/// <summary>A sign-in by a code that a person types into a browser anywhere.</summary>
/// <param name="UserCode">What the person types; null when it is over.</param>
/// <param name="VerificationUrl">Where the person types it; null when it is over.</param>
/// <param name="ExpiresAt">When the code ends (UTC).</param>
/// <param name="SignInAs">The account that must sign in; another one is refused.</param>
/// <param name="Account">Who signed in; null while nobody has.</param>
/// <param name="Diagnosis">Why it was refused; null when it was not.</param>
internal sealed record DeviceSignInResource(
    string Connection,
    string? Case,
    DeviceSignInState State,
    string? UserCode,
    Uri? VerificationUrl,
    DateTimeOffset ExpiresAt,
    string? SignInAs,
    string? Account,
    Diagnosis? Diagnosis)
{
    public static DeviceSignInResource From(DeviceSignIn found, Connection? connection) => new(
        found.ConnectionId, found.CaseId, found.State, found.UserCode, found.VerificationAddress, found.ExpiresAt, connection?.Username, found.Account, found.Diagnosis);
}

/// <summary>An orchestration instance; input and output only when it is asked for alone.</summary>
internal sealed record OrchestrationResource(
    string Id,
    string Name,
    OrchestrationRuntimeStatus Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset LastUpdatedAt,
    JsonElement? Input,
    JsonElement? Output,
    JsonElement? CustomStatus,
    FailureResource? Failure,
    string? ParentInstanceId,
    IReadOnlyDictionary<string, string> Tags,
    OrchestrationLinks Links)
{
    public static OrchestrationResource From(OrchestrationMetadata instance) => new(
        instance.InstanceId,
        instance.Name,
        instance.Status,
        instance.CreatedAt,
        instance.LastUpdatedAt,
        JsonText.Parse(instance.Input),
        JsonText.Parse(instance.Output),
        JsonText.Parse(instance.CustomStatus),
        FailureResource.From(instance.Failure),
        instance.ParentInstanceId,
        instance.Tags,
        new(Api.Links.Orchestration(instance.InstanceId), Api.Links.Orchestration(instance.InstanceId) + "/history"));
}

internal sealed record OrchestrationLinks(string Self, string History);

/// <param name="ContinuationToken">Asks for the next page; null: this is the last.</param>
internal sealed record OrchestrationList(IReadOnlyList<OrchestrationResource> Orchestrations, string? ContinuationToken);

/// <summary>A failure without its stack trace: that is for the log.</summary>
internal sealed record FailureResource(string ErrorType, string ErrorMessage, bool IsNonRetriable, FailureResource? InnerFailure)
{
    public static FailureResource? From(TaskFailureDetails? failure) => failure is null
        ? null
        : new(failure.ErrorType, failure.ErrorMessage, failure.IsNonRetriable, From(failure.InnerFailure));
}

/// <summary>What a person did, or why something is to be ended: at least 3 characters, for the record.</summary>
internal sealed record ReasonRequest([property: Required] string? Reason) : IReason
{
    public const int MinLength = 3;
    public const int MaxLength = 1_000;

    [JsonIgnore]
    public bool IsValid => IsReason(Reason);

    public static bool IsReason([NotNullWhen(true)] string? reason) => reason?.Trim() is { Length: >= MinLength and <= MaxLength };
}

/// <summary>What becomes of a delivery that is held.</summary>
/// <param name="Decision">ItIsThere, PostAgain or FallBack.</param>
internal sealed record DecisionRequest([property: Required] string? Decision, [property: Required] string? Reason) : IReason;

/// <summary>What became of an operator's word about each delivery.</summary>
internal sealed record ReportCancelled(IReadOnlyDictionary<string, WordResult> Deliveries);

/// <summary>A body for a call that needs nothing to be said.</summary>
internal sealed record NoFields;
