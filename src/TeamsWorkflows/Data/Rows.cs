using System.ComponentModel.DataAnnotations;
using TeamsWorkflows.Audit;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Data;

/// <summary>A way into Microsoft 365: one identity, one tenant, one auth model.</summary>
public sealed class ConnectionRow
{
    /// <summary>Gets or sets the name people and programs use: lower-case letters, digits and dashes.</summary>
    [MaxLength(64)]
    public required string Id { get; set; }

    [MaxLength(200)]
    public required string DisplayName { get; set; }

    public required AuthModel AuthModel { get; set; }

    [MaxLength(64)]
    public required string TenantId { get; set; }

    [MaxLength(64)]
    public required string ClientId { get; set; }

    /// <summary>Gets or sets the client secret, protected.</summary>
    public byte[]? ProtectedSecret { get; set; }

    /// <summary>Gets or sets where the application's certificate with its key is; null when it has a secret.</summary>
    [MaxLength(1000)]
    public string? CertificateFile { get; set; }

    /// <summary>Gets or sets the address of the application's certificate in a key vault; null when it is elsewhere.</summary>
    [MaxLength(1000)]
    public string? VaultCertificate { get; set; }

    /// <summary>Gets or sets the thumbprint of the certificate that was used last; null: none was, since the credential was configured.</summary>
    [MaxLength(64)]
    public string? CertificateThumbprint { get; set; }

    /// <summary>Gets or sets the managed identity that vouches for the application: a client identifier, or <c>system</c>.</summary>
    [MaxLength(64)]
    public string? ManagedIdentity { get; set; }

    /// <summary>Gets or sets the address of a workflow's webhook, protected: whoever has it may post.</summary>
    public byte[]? ProtectedWebhook { get; set; }

    /// <summary>Gets or sets when the application's newest credential ends, as its registration says; null: never asked, or not permitted.</summary>
    public DateTimeOffset? CredentialEndsAt { get; set; }

    /// <summary>Gets or sets when the registration was last asked for that.</summary>
    public DateTimeOffset? CredentialCheckedAt { get; set; }

    /// <summary>Gets or sets when the secret ends, as somebody entered it; null when nobody did.</summary>
    public DateTimeOffset? SecretExpiresAt { get; set; }

    /// <summary>Gets or sets who can change the application's registration.</summary>
    [MaxLength(320)]
    public string? RegistrationOwner { get; set; }

    /// <summary>Gets or sets how the account signs in; without a meaning for applications.</summary>
    public SignInWay SignIn { get; set; }

    /// <summary>Gets or sets what kind of account signs in.</summary>
    public AccountKind AccountKind { get; set; }

    /// <summary>Gets or sets which environment the connection belongs to, such as <c>production</c>.</summary>
    [MaxLength(64)]
    public string Environment { get; set; } = ConnectionDefinition.DefaultEnvironment;

    /// <summary>Gets or sets who defined it, and may therefore change it.</summary>
    public Origin Origin { get; set; }

    /// <summary>Gets or sets the account that must sign in; null for application connections.</summary>
    [MaxLength(320)]
    public string? Username { get; set; }

    /// <summary>Gets whose tokens the connection's are: another value is another connection, that must connect anew.</summary>
    internal (AuthModel AuthModel, SignInWay SignIn, string TenantId, string ClientId, string? Username) Identity
        => (AuthModel, SignIn, TenantId, ClientId, Username);

    /// <summary>Gets or sets who answers for the connection.</summary>
    [MaxLength(320)]
    public required string Owner { get; set; }

    /// <summary>Gets or sets the delegated scopes, separated by blanks.</summary>
    [MaxLength(2000)]
    public required string Scopes { get; set; }

    /// <summary>Gets or sets MSAL's account identifier (<c>uid.utid</c>) after the first sign-in.</summary>
    [MaxLength(200)]
    public string? AccountId { get; set; }

    /// <summary>Gets or sets what was changed that may have broken it, until it has been tried; null: nothing.</summary>
    public OperationalChange? Suspicion { get; set; }

    /// <summary>Gets or sets when the last such change was taken down: a try that had begun before says nothing about it.</summary>
    public DateTimeOffset? SuspectedAt { get; set; }

    /// <summary>Has the connection tried: something was changed that may have broken it.</summary>
    internal void Suspect(OperationalChange change, DateTimeOffset now) => (Suspicion, SuspectedAt) = (Suspicion ?? change, now);

    public ConnectionState State { get; set; }

    public DateTimeOffset StateSince { get; set; }

    /// <summary>Gets or sets why the connection is not healthy, as JSON of a <see cref="Diagnosis"/>.</summary>
    public string? Diagnosis { get; set; }

    /// <summary>Gets or sets the answer that the diagnosis rests on, redacted, as JSON of a <see cref="FailureEvidence"/>.</summary>
    public string? Evidence { get; set; }

    public DateTimeOffset? LastSuccessAt { get; set; }

    /// <summary>Gets or sets how often the connection got new tokens or was restored.</summary>
    /// <remarks>
    /// A run that failed under an earlier generation has nothing to ask for: somebody was here since. A count and not a
    /// time, because clocks stand still and step back.
    /// </remarks>
    public long Generation { get; set; }
}

/// <summary>One connection's MSAL token cache, protected.</summary>
public sealed class TokenCacheRow
{
    [MaxLength(64)]
    public required string ConnectionId { get; set; }

    public required byte[] Data { get; set; }

    /// <summary>Gets or sets the version that a writer must have read.</summary>
    [ConcurrencyCheck]
    public long Version { get; set; }
}

/// <summary>A report as it was handed over, kept before anything is posted.</summary>
public sealed class ReportRow
{
    [MaxLength(32)]
    public required string Id { get; set; }

    /// <summary>Gets or sets who handed it over; idempotency keys of different publishers do not meet.</summary>
    [MaxLength(200)]
    public required string Publisher { get; set; }

    [MaxLength(200)]
    public required string IdempotencyKey { get; set; }

    /// <summary>Gets or sets the SHA-256 of the request: the same key must come with the same request.</summary>
    public required byte[] RequestHash { get; set; }

    [MaxLength(ReportLimits.MaxTitleLength)]
    public required string Title { get; set; }

    [HiddenFromAudit]
    public required string Body { get; set; }

    public required ReportFormat Format { get; set; }

    /// <summary>Gets or sets the message's subject; null: the title.</summary>
    [MaxLength(ReportLimits.MaxTitleLength)]
    public string? Subject { get; set; }

    public MessageImportance Importance { get; set; }

    /// <summary>Gets or sets who is mentioned, as JSON of <see cref="Mention"/>; null: nobody.</summary>
    [HiddenFromAudit]
    public string? Mentions { get; set; }

    /// <summary>Gets or sets the names, types and sizes of the attachments, as JSON; null: there are none.</summary>
    public string? AttachedFiles { get; set; }

    /// <summary>Gets or sets the thread that it belongs to, by the publisher's own key; null: none.</summary>
    [MaxLength(ReportLimits.MaxThreadLength)]
    public string? Thread { get; set; }

    /// <summary>Gets or sets a value indicating whether it takes the place of the thread's first message.</summary>
    public bool UpdatesThread { get; set; }

    /// <summary>Gets or sets the fallback's e-mail addresses, separated by line feeds.</summary>
    public required string FallbackRecipients { get; set; }

    public required TimeSpan Patience { get; set; }

    /// <summary>Gets or sets what it wants in cases of doubt, as JSON of <see cref="ReportPolicies"/>; null in reports of older releases.</summary>
    public string? Policies { get; set; }

    /// <summary>Gets or sets who is told how it ended, protected; null: nobody.</summary>
    public byte[]? ProtectedNotify { get; set; }

    /// <summary>Gets or sets when the receiver took the last receipt; null: it has none.</summary>
    public DateTimeOffset? NotifiedAt { get; set; }

    /// <summary>Gets or sets a value indicating whether it has an approval to wait for.</summary>
    public bool NeedsApproval { get; set; }

    public required DateTimeOffset CreatedAt { get; set; }

    public List<DeliveryRow> Deliveries { get; } = [];

    public List<AttachmentRow> Attachments { get; } = [];
}

/// <summary>The bytes of a file that came with a report.</summary>
public sealed class AttachmentRow
{
    [MaxLength(32)]
    public required string ReportId { get; set; }

    /// <summary>Gets or sets its place among the report's attachments, from 1.</summary>
    public required int Number { get; set; }

    public required byte[] Content { get; set; }
}

/// <summary>One report on its way to one destination: the ledger's entry.</summary>
public sealed class DeliveryRow
{
    private const int MaxReasonLength = 1_000;

    /// <summary>Gets or sets the report's identifier and the destination's number: also the idempotency key of its posts.</summary>
    [MaxLength(48)]
    public required string Id { get; set; }

    [MaxLength(32)]
    public required string ReportId { get; set; }

    /// <summary>Gets or sets the report's publisher: the ledger of one publisher is an index of this table.</summary>
    [MaxLength(200)]
    public required string Publisher { get; set; }

    /// <summary>Gets or sets the way it goes, such as <c>channel</c>.</summary>
    [MaxLength(32)]
    public required string Kind { get; set; }

    /// <summary>Gets or sets the destination as JSON, without what must not be stored in the clear.</summary>
    [HiddenFromAudit]
    public required string Destination { get; set; }

    /// <summary>Gets or sets the whole destination as JSON, protected; null when <see cref="Destination"/> is the whole of it.</summary>
    public byte[]? ProtectedDestination { get; set; }

    /// <summary>Gets or sets the delivery that it repeats, at an operator's word; null: it is the report's own.</summary>
    [MaxLength(48)]
    public string? ResendOf { get; set; }

    /// <summary>Gets or sets the digest that it is in; null: it is a message of its own.</summary>
    [MaxLength(48)]
    public string? DigestId { get; set; }

    /// <summary>Gets or sets the connection that it is reached by; null: it needs none.</summary>
    [MaxLength(64)]
    public string? ConnectionId { get; set; }

    /// <summary>Gets or sets the team; null when it does not go to one.</summary>
    [MaxLength(64)]
    public string? TeamId { get; set; }

    /// <summary>Gets or sets the channel; null when it does not go to one, or when that is not made yet.</summary>
    [MaxLength(200)]
    public string? ChannelId { get; set; }

    /// <summary>Gets or sets the chat; null when it does not go to one, or when that is not opened yet.</summary>
    [MaxLength(200)]
    public string? ChatId { get; set; }

    /// <summary>Gets or sets the first message of its thread, which it answers or changes; null: it is a message of its own.</summary>
    [MaxLength(64)]
    public string? RootMessageId { get; set; }

    /// <summary>Gets or sets the files that were uploaded for it, as JSON; null: none.</summary>
    public string? Files { get; set; }

    /// <summary>Gets or sets the marker in the message: the card attachment's GUID, derived from the key.</summary>
    public required Guid CardId { get; set; }

    public DeliveryState State { get; set; }

    /// <summary>Gets or sets what the state is about, in a sentence.</summary>
    /// <remarks>Cut to what the column takes: whoever makes a sentence of others' words need not count.</remarks>
    [MaxLength(MaxReasonLength)]
    public string? Reason { get; set => field = value is { Length: > MaxReasonLength } ? $"{ColumnText.Cut(value, MaxReasonLength - 2)} …" : value; }

    [MaxLength(64)]
    public string? MessageId { get; set; }

    [MaxLength(2000)]
    public string? WebUrl { get; set; }

    /// <summary>Gets or sets the Message-ID of the fallback's e-mail.</summary>
    [MaxLength(200)]
    public string? MailMessageId { get; set; }

    public required DateTimeOffset CreatedAt { get; set; }

    public required DateTimeOffset UpdatedAt { get; set; }

    public List<AttemptRow> Attempts { get; } = [];

    public List<DeliveryWordRow> Words { get; } = [];
}

/// <summary>One exchange with the outside made for a delivery. Written before it is made: an intent without an end is an unknown outcome.</summary>
public sealed class AttemptRow
{
    [MaxLength(48)]
    public required string DeliveryId { get; set; }

    /// <summary>Gets or sets the number that the orchestrator gave it, from 1.</summary>
    public required int Number { get; set; }

    public required AttemptKind Kind { get; set; }

    public required DateTimeOffset StartedAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Gets or sets how long the token took, in milliseconds: its own step, apart from the call.</summary>
    public double? AcquisitionMs { get; set; }

    public int? Status { get; set; }

    [MaxLength(100)]
    public string? RequestId { get; set; }

    [MaxLength(100)]
    public string? ClientRequestId { get; set; }

    /// <summary>Gets or sets how it went, as JSON of the activity's outcome; null while it runs, or if the process died.</summary>
    public string? Outcome { get; set; }

    /// <summary>Gets or sets the failure's raw answer, redacted, as JSON of a <see cref="FailureEvidence"/>.</summary>
    public string? Evidence { get; set; }
}

/// <summary>Something about a connection that a person has to do.</summary>
public sealed class CaseRow
{
    [MaxLength(32)]
    public required string Id { get; set; }

    [MaxLength(64)]
    public required string ConnectionId { get; set; }

    public required OperatorAction Cause { get; set; }

    /// <summary>Gets or sets which failure it is about, of those that ask for the same: see <see cref="Cases.CaseKey"/>. Empty in cases of older releases.</summary>
    [MaxLength(64)]
    public required string Class { get; set; }

    /// <summary>Gets or sets the verdict that opened it, as JSON of a <see cref="Diagnostics.Diagnosis"/>.</summary>
    public required string Diagnosis { get; set; }

    /// <summary>Gets or sets the answer that the verdict rests on, redacted, as JSON of a <see cref="FailureEvidence"/>.</summary>
    public string? Evidence { get; set; }

    public required DateTimeOffset OpenedAt { get; set; }

    public DateTimeOffset? ClosedAt { get; set; }

    [MaxLength(320)]
    public string? ClosedBy { get; set; }

    /// <summary>Gets or sets what the person did, or why the case is closed.</summary>
    [MaxLength(1000)]
    public string? Resolution { get; set; }

    /// <summary>Gets or sets the runbook that the case was opened with; null in cases of older releases.</summary>
    [MaxLength(100)]
    public string? Runbook { get; set; }

    /// <summary>Gets or sets how the last verification went, in a sentence; null before the first.</summary>
    [MaxLength(1000)]
    public string? LastVerification { get; set; }

    /// <summary>Gets or sets how often the operators were reminded.</summary>
    public int Reminders { get; set; }

    /// <summary>Gets or sets when the case was escalated; null: not yet.</summary>
    public DateTimeOffset? EscalatedAt { get; set; }

    public List<ParkedRunRow> ParkedRuns { get; } = [];

    /// <summary>Gets the other connections that it is about.</summary>
    public List<CaseConnectionRow> Others { get; } = [];

    /// <summary>Gets the steps of its runbook that are done.</summary>
    public List<StepTickRow> Ticks { get; } = [];
}

/// <summary>A connection besides the case's own that the case is about: it lost the same credential.</summary>
public sealed class CaseConnectionRow
{
    [MaxLength(32)]
    public required string CaseId { get; set; }

    [MaxLength(64)]
    public required string ConnectionId { get; set; }
}

/// <summary>An orchestration that waits for a case.</summary>
public sealed class ParkedRunRow
{
    [MaxLength(32)]
    public required string CaseId { get; set; }

    [MaxLength(200)]
    public required string InstanceId { get; set; }

    [MaxLength(48)]
    public required string DeliveryId { get; set; }

    public required DateTimeOffset ParkedAt { get; set; }
}

/// <summary>A sign-in that was begun: what must be remembered until the person comes back.</summary>
public sealed class SignInRow
{
    /// <summary>Gets or sets the SHA-256 of the <c>state</c> parameter, which only the browser has.</summary>
    [MaxLength(64)]
    [HiddenFromAudit]
    public required string StateHash { get; set; }

    [MaxLength(64)]
    public required string ConnectionId { get; set; }

    /// <summary>Gets or sets the case it resolves; null for a first sign-in.</summary>
    [MaxLength(32)]
    public string? CaseId { get; set; }

    /// <summary>Gets or sets the PKCE verifier, protected.</summary>
    public required byte[] ProtectedVerifier { get; set; }

    /// <summary>Gets or sets the operator who began it.</summary>
    [MaxLength(320)]
    public required string Actor { get; set; }

    public required DateTimeOffset ExpiresAt { get; set; }
}
