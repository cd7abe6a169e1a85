using System.Globalization;
using TeamsWorkflows.Sandbox.Entra;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox;

/// <summary>One organisation of the sandbox: its apps, people, teams, mails, and what goes wrong for it.</summary>
public sealed class SandboxTenant
{
    private readonly World _world;
    private readonly TenantStore _store;

    internal SandboxTenant(World world, TenantStore store)
    {
        _world = world;
        _store = store;
        Connector = App("connector");
        Daemon = App("daemon");
        Api = App("api");
        Publisher = App("publisher");
        Service = new SandboxUser(store.Identity.Users[0]);
        Operator = new SandboxUser(store.Identity.Users[1]);
        Administrator = new SandboxUser(store.Identity.Users[2]);
        Outsider = new SandboxUser(store.Identity.Users[3]);
        Approver = store.Identity.Users.FirstOrDefault(static u => u.Roles is ["Approver"]) is { } approver ? new SandboxUser(approver) : null;
        Faults = new SandboxFaults(world, store);

        SandboxApp App(string kind) => new(world, store, store.App(kind));
    }

    public string Id => _store.Id;

    /// <summary>Mail and sign-in domain.</summary>
    public string Domain => _store.Identity.Domain;

    /// <summary>Authority for MSAL: https://localhost:PORT/{tenant}.</summary>
    public Uri Authority => new($"{_world.Https}/{Id}");

    /// <summary>Base address of Graph.</summary>
    public Uri GraphAddress => new($"{_world.Https}/v1.0");

    /// <summary>Address of the tenant's key vault, which holds the Daemon's certificate.</summary>
    /// <remarks>
    /// Microsoft's vault clients remember, for the whole process, which tenant a host and port belong to. A test that uses
    /// them needs a <see cref="SandboxServer"/> of its own.
    /// </remarks>
    public Uri VaultAddress => new($"{_world.Https}/vaults/{Id}");

    /// <summary>Name of the Daemon's certificate in the vault.</summary>
    public string CertificateName => _store.Identity.CertificateName;

    /// <summary>Address of the webhook that posts into Operations/Alerts, with its secret signature.</summary>
    public Uri WorkflowAddress =>
        new($"{_world.Https}/workflows/{_store.Identity.Workflow.Id}?sig={_store.Identity.Workflow.Signature}");

    /// <summary>Address of a place outside Microsoft: "slack", "pagerduty", or any word for any program.</summary>
    public Uri ReceiverAddress(string kind) => new($"{_world.Https}/receivers/{Id}/{kind}");

    /// <summary>Confidential client that posts for a user.</summary>
    public SandboxApp Connector { get; }

    /// <summary>App-only client with a secret and a certificate.</summary>
    public SandboxApp Daemon { get; }

    /// <summary>The product's own API and console, as api://teamsworkflows.</summary>
    public SandboxApp Api { get; }

    /// <summary>A business process that may hand reports to the Api.</summary>
    public SandboxApp Publisher { get; }

    /// <summary>Service account, member of every standard team.</summary>
    public SandboxUser Service { get; }

    public SandboxUser Operator { get; }

    public SandboxUser Administrator { get; }

    /// <summary>A person without roles and without teams.</summary>
    public SandboxUser Outsider { get; }

    /// <summary>A person who approves and does nothing else; null: the world is older than this person.</summary>
    public SandboxUser? Approver { get; }

    public IReadOnlyList<SandboxTeam> Teams => _store.Read(state =>
        state.Identity.Teams.Select(team => SandboxTeam.Of(state, team)).ToArray());

    /// <summary>Mails received by SMTP or accepted by Graph's sendMail, oldest first.</summary>
    public IReadOnlyList<SandboxMail> Mails => _store.Read(state => state.Mails.ToArray());

    /// <summary>What Slack, PagerDuty and other places have taken, oldest first.</summary>
    public IReadOnlyList<SandboxCall> Calls => _store.Read(state => state.Calls.ToArray());

    /// <summary>Files in the folders of channels.</summary>
    public IReadOnlyList<SandboxFile> Files => _store.Read(state => state.Files
        .Select(file => new SandboxFile(file.Name, file.ContentType, file.Content, file.Version)).ToArray());

    /// <summary>The latest requests, oldest first.</summary>
    public IReadOnlyList<SandboxRequest> Requests => _store.Requests();

    public SandboxFaults Faults { get; }

    /// <summary>Life of access tokens issued from now on, in this tenant.</summary>
    public TimeSpan AccessTokenLifetime
    {
        get => TenantSettings.AccessTokenLifetime(_store) ?? _world.Options.AccessTokenLifetime;
        set => Mark(MarkKinds.AccessTokenLifetime, Id, value.ToString("c", CultureInfo.InvariantCulture));
    }

    /// <exception cref="InvalidOperationException">There is no team of that name.</exception>
    public SandboxTeam Team(string displayName) => Teams.Single(team => team.DisplayName == displayName);

    /// <summary>Messages and replies of a channel, oldest first, hidden ones included.</summary>
    public IReadOnlyList<SandboxMessage> Messages(string teamId, string channelId) => _store.Read(state =>
        state.Messages.Where(message => message.TeamId == teamId && message.ChannelId == channelId).ToArray());

    /// <summary>Every message of the tenant, chats included, oldest first.</summary>
    public IReadOnlyList<SandboxMessage> AllMessages() => _store.Read(state => state.Messages.ToArray());

    /// <summary>How many messages the tenant holds, chats included.</summary>
    public int MessageCount => _store.Read(state => state.Messages.Count);

    /// <summary>Waits for a message that answers the description, one that is already there included.</summary>
    public Task<SandboxMessage> WaitForMessageAsync(Func<SandboxMessage, bool> isMeant, CancellationToken cancellationToken) =>
        WaitForAsync(state => state.Messages.FirstOrDefault(isMeant), cancellationToken);

    /// <summary>Waits for a mail that answers the description, one that is already there included.</summary>
    public Task<SandboxMail> WaitForMailAsync(Func<SandboxMail, bool> isMeant, CancellationToken cancellationToken) =>
        WaitForAsync(state => state.Mails.FirstOrDefault(isMeant), cancellationToken);

    /// <summary>Waits for a request that answers the description, one that is already there included.</summary>
    public async Task<SandboxRequest> WaitForRequestAsync(
        Func<SandboxRequest, bool> isMeant, CancellationToken cancellationToken)
    {
        while (true)
        {
            var next = _store.NextChange;
            if (_store.Requests().FirstOrDefault(isMeant) is { } found)
            {
                return found;
            }

            await next.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Revokes the user's sessions: refresh tokens issued so far are dead, and Graph challenges clients with cp1.</summary>
    public void RevokeSessions(SandboxUser user) => Mark(MarkKinds.SessionsRevoked, user.Id);

    /// <summary>Every access token issued so far counts as expired for Graph.</summary>
    public void ExpireAccessTokens() => Mark(MarkKinds.AccessTokensExpired, "*");

    public void DisableUser(SandboxUser user) => Mark(MarkKinds.UserDisabled, user.Id);

    public void EnableUser(SandboxUser user) => _store.Commit(new MarksRemoved(MarkKinds.UserDisabled, user.Id));

    public void AddMember(SandboxTeam team, SandboxUser user) => _store.Commit(new MembershipChanged(team.Id, user.Id, true));

    /// <summary>Deletes a chat, as an administrator does.</summary>
    public void RemoveChat(string chatId) => _store.Commit(new ChatRemoved(chatId));

    /// <summary>Takes somebody out of a chat that goes on without them.</summary>
    public void RemoveMember(string chatId, SandboxUser user) => _store.Commit(new ChatLeft(chatId, user.Id));

    public void RemoveMember(SandboxTeam team, SandboxUser user) =>
        _store.Commit(new MembershipChanged(team.Id, user.Id, false));

    /// <summary>Takes a delegated scope of Graph away from an app, or all of them.</summary>
    public void RemoveConsent(SandboxApp app, string? scope = null) =>
        Consents.Remove(_world, _store, app.Identity, scope is null ? _store.ConsentedScopes(app.Identity) : [scope]);

    public void GrantConsent(SandboxApp app, params IReadOnlyList<string> scopes) =>
        Consents.Grant(_world, _store, app.Identity, scopes);

    /// <summary>Lets every secret of the app expire.</summary>
    public void ExpireSecret(SandboxApp app) => Mark(MarkKinds.SecretExpired, app.ClientId);

    /// <summary>Gives the app a new secret and removes the others.</summary>
    /// <returns>The new secret.</returns>
    public string RotateSecret(SandboxApp app) =>
        AppSecrets.Add(_world, _store, app.Identity, "rotated", endsAt: null, alone: true).Value;

    /// <summary>Gives the Daemon a new certificate beside the old one, and makes it the vault's newest version.</summary>
    public void RotateCertificate() => _store.Commit(
        new CertificateAdded(Daemon.ClientId, AppCertificates.Make(_world, Daemon.Identity)));

    /// <summary>Switches the webhook's flow off or on.</summary>
    public void EnableWorkflow(bool enabled)
    {
        if (enabled)
        {
            _store.Commit(new MarksRemoved(MarkKinds.WorkflowDisabled, _store.Identity.Workflow.Id));
        }
        else
        {
            Mark(MarkKinds.WorkflowDisabled, _store.Identity.Workflow.Id);
        }
    }

    private void Mark(string kind, string subject, string? detail = null) => _store.Commit(
        new MarkSet(new Mark(kind, subject, _world.Sequence.Next(), _world.Time.GetUtcNow(), detail)));

    private async Task<T> WaitForAsync<T>(Func<TenantState, T?> find, CancellationToken cancellationToken)
        where T : class
    {
        while (true)
        {
            var next = _store.NextChange;
            if (_store.Read(find) is { } found)
            {
                return found;
            }

            await next.WaitAsync(cancellationToken);
        }
    }
}
