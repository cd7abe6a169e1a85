namespace TeamsWorkflows.Sandbox.Tenants;

/// <summary>A tenant as the sum of its changes. Not synchronised: <see cref="TenantStore"/> guards it.</summary>
internal sealed class TenantState(TenantIdentity identity)
{
    public TenantIdentity Identity { get; } = identity;

    public List<SandboxMessage> Messages { get; } = [];

    public List<SandboxMail> Mails { get; } = [];

    public List<SandboxCall> Calls { get; } = [];

    public List<Chat> Chats { get; } = [];

    public List<StoredFile> Files { get; } = [];

    public List<FaultRule> Rules { get; } = [];

    public Dictionary<(string Kind, string Subject), Mark> Marks { get; } = [];

    public Dictionary<string, List<AppSecret>> Secrets { get; } = identity.Apps.ToDictionary(
        app => app.ClientId, app => new List<AppSecret> { FirstSecret(app) }, StringComparer.Ordinal);

    public Dictionary<string, List<AppCertificate>> Certificates { get; } = identity.Apps.ToDictionary(
        app => app.ClientId, _ => new List<AppCertificate>(), StringComparer.Ordinal);

    public Dictionary<string, List<ChannelIdentity>> Channels { get; } = identity.Teams.ToDictionary(
        team => team.Id, team => team.Channels.ToList(), StringComparer.Ordinal);

    public Dictionary<string, HashSet<string>> Members { get; } = identity.Teams.ToDictionary(
        team => team.Id, team => team.MemberIds.ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal);

    public void Apply(TenantChange change)
    {
        switch (change)
        {
            case TenantBorn:
                break;
            case MessageStored stored:
                Messages.Add(stored.Message);
                break;
            case MessageEdited edited:
                Messages[Messages.FindIndex(message => message.IsSameAs(edited.Message))] = edited.Message;
                break;
            case ChannelAdded added:
                Channels[added.TeamId].Add(added.Channel);
                break;
            case MembershipChanged { IsMember: true } joined:
                Members[joined.TeamId].Add(joined.UserId);
                break;
            case MembershipChanged left:
                Members[left.TeamId].Remove(left.UserId);
                break;
            case ChatAdded added:
                Chats.Add(added.Chat);
                break;
            case ChatRemoved removed:
                Chats.RemoveAll(chat => chat.Id == removed.ChatId);
                break;
            case ChatLeft left:
                var index = Chats.FindIndex(chat => chat.Id == left.ChatId);
                Chats[index] = Chats[index] with { MemberIds = [.. Chats[index].MemberIds.Where(id => id != left.UserId)] };
                break;
            case FileStored stored:
                Files.RemoveAll(file => file.Id == stored.File.Id);
                Files.Add(stored.File);
                break;
            case MailStored stored:
                Mails.Add(stored.Mail);
                break;
            case CallReceived received:
                Calls.Add(received.Call);
                break;
            default:
                ApplyControl(change);
                break;
        }
    }

    private void ApplyControl(TenantChange change)
    {
        switch (change)
        {
            case SecretAdded added:
                if (added.Alone)
                {
                    Secrets[added.ClientId].Clear();
                }

                Secrets[added.ClientId].Add(added.Secret);
                break;
            case SecretRemoved removed:
                Secrets[removed.ClientId].RemoveAll(secret => secret.KeyId == removed.KeyId);
                break;
            case CertificateAdded added:
                Certificates[added.ClientId].Add(added.Certificate);
                break;
            case CertificateRemoved removed:
                Certificates[removed.ClientId].RemoveAll(certificate => certificate.KeyId == removed.KeyId);
                break;
            case MarkSet set:
                Marks[(set.Mark.Kind, set.Mark.Subject)] = set.Mark;
                break;
            case MarksRemoved removed:
                foreach (var key in Marks.Keys.Where(key => key.Kind == removed.Kind
                    && (removed.Subject is null || key.Subject == removed.Subject)).ToArray())
                {
                    Marks.Remove(key);
                }

                break;
            case FaultAdded added:
                Rules.Add(added.Rule);
                break;
            case FaultUsed used:
                UseRule(used.RuleId);
                break;
            case FaultsRemoved removed:
                Rules.RemoveAll(rule => removed.RuleId is null || rule.Id == removed.RuleId);
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private void UseRule(string ruleId)
    {
        var index = Rules.FindIndex(rule => rule.Id == ruleId);
        if (index < 0 || Rules[index].Count is not { } left)
        {
            return;
        }

        if (left <= 1)
        {
            Rules.RemoveAt(index);
        }
        else
        {
            Rules[index] = Rules[index] with { Count = left - 1 };
        }
    }

    private static AppSecret FirstSecret(AppIdentity app) => new(
        app.SecretId, app.Secret, DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue, "first secret", Sequence: 0);
}
