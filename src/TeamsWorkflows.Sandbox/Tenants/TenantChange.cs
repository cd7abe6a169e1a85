using System.Text.Json.Serialization;

namespace TeamsWorkflows.Sandbox.Tenants;

/// <summary>Everything that can happen to a tenant: one line of its journal each.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "change")]
[JsonDerivedType(typeof(TenantBorn), "tenant-born")]
[JsonDerivedType(typeof(MessageStored), "message-stored")]
[JsonDerivedType(typeof(MessageEdited), "message-edited")]
[JsonDerivedType(typeof(ChannelAdded), "channel-added")]
[JsonDerivedType(typeof(MembershipChanged), "membership-changed")]
[JsonDerivedType(typeof(ChatAdded), "chat-added")]
[JsonDerivedType(typeof(ChatRemoved), "chat-removed")]
[JsonDerivedType(typeof(ChatLeft), "chat-left")]
[JsonDerivedType(typeof(FileStored), "file-stored")]
[JsonDerivedType(typeof(MailStored), "mail-stored")]
[JsonDerivedType(typeof(CallReceived), "call-received")]
[JsonDerivedType(typeof(SecretAdded), "secret-added")]
[JsonDerivedType(typeof(SecretRemoved), "secret-removed")]
[JsonDerivedType(typeof(CertificateAdded), "certificate-added")]
[JsonDerivedType(typeof(CertificateRemoved), "certificate-removed")]
[JsonDerivedType(typeof(MarkSet), "mark-set")]
[JsonDerivedType(typeof(MarksRemoved), "marks-removed")]
[JsonDerivedType(typeof(FaultAdded), "fault-added")]
[JsonDerivedType(typeof(FaultUsed), "fault-used")]
[JsonDerivedType(typeof(FaultsRemoved), "faults-removed")]
internal abstract record TenantChange
{
    private protected TenantChange()
    {
    }
}

internal sealed record TenantBorn(TenantIdentity Identity) : TenantChange;

internal sealed record MessageStored(SandboxMessage Message) : TenantChange;

/// <param name="Message">As it is now; the one with its place and id goes.</param>
internal sealed record MessageEdited(SandboxMessage Message) : TenantChange;

internal sealed record ChannelAdded(string TeamId, ChannelIdentity Channel) : TenantChange;

internal sealed record MembershipChanged(string TeamId, string UserId, bool IsMember) : TenantChange;

internal sealed record ChatAdded(Chat Chat) : TenantChange;

internal sealed record ChatRemoved(string ChatId) : TenantChange;

internal sealed record ChatLeft(string ChatId, string UserId) : TenantChange;

internal sealed record FileStored(StoredFile File) : TenantChange;

internal sealed record MailStored(SandboxMail Mail) : TenantChange;

internal sealed record CallReceived(SandboxCall Call) : TenantChange;

/// <param name="Alone">Every older secret of the app is removed.</param>
internal sealed record SecretAdded(string ClientId, AppSecret Secret, bool Alone) : TenantChange;

internal sealed record SecretRemoved(string ClientId, string KeyId) : TenantChange;

internal sealed record CertificateAdded(string ClientId, AppCertificate Certificate) : TenantChange;

internal sealed record CertificateRemoved(string ClientId, string KeyId) : TenantChange;

internal sealed record MarkSet(Mark Mark) : TenantChange;

/// <param name="Subject">Null removes the marks of every subject.</param>
internal sealed record MarksRemoved(string Kind, string? Subject) : TenantChange;

internal sealed record FaultAdded(FaultRule Rule) : TenantChange;

internal sealed record FaultUsed(string RuleId) : TenantChange;

/// <param name="RuleId">Null removes every rule.</param>
internal sealed record FaultsRemoved(string? RuleId) : TenantChange;

/// <summary>A one-on-one or group chat.</summary>
internal sealed record Chat(
    string Id, string Type, string? Topic, IReadOnlyList<string> MemberIds, DateTimeOffset CreatedAt);

/// <summary>A file in a channel's folder. A later file with the same path replaces it.</summary>
internal sealed record StoredFile(
    string Id,
    string DriveId,
    string FolderId,
    string Name,
    string ContentType,
    byte[] Content,
    string CreatedBy,
    DateTimeOffset ModifiedAt,
    int Version);

/// <param name="Sequence">When it was made, in the order of events: a condition set later affects it.</param>
internal sealed record AppSecret(
    string KeyId, string Value, DateTimeOffset StartsAt, DateTimeOffset EndsAt, string DisplayName, long Sequence);

/// <param name="Pfx">Certificate and, where the sandbox made it, its private key.</param>
internal sealed record AppCertificate(string KeyId, string DisplayName, byte[] Pfx, bool HasPrivateKey, long Sequence);

/// <summary>A standing condition of a user or an app, such as "sessions revoked" or "disabled".</summary>
/// <param name="Sequence">Place in the order of events: what was issued earlier is affected.</param>
/// <param name="Detail">What the kind needs besides, such as an error code.</param>
internal sealed record Mark(string Kind, string Subject, long Sequence, DateTimeOffset At, string? Detail = null);
