using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Microsoft.Identity.Client;
using TeamsWorkflows.Cases;
using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Connections;

/// <summary>A sign-in to send a person to.</summary>
public sealed record BegunSignIn(Uri Address, DateTimeOffset ExpiresAt);

/// <summary>How a sign-in ended.</summary>
public abstract record SignInResult
{
    private SignInResult()
    {
    }

    /// <param name="CaseId">The case that is being verified now; null when there was none.</param>
    public sealed record Connected(string ConnectionId, string? CaseId, string Username) : SignInResult;

    /// <summary>Somebody else signed in than the connection belongs to; nothing was kept.</summary>
    public sealed record WrongAccount(string ConnectionId, string? CaseId, string Expected, string Actual) : SignInResult;

    public sealed record Refused(string ConnectionId, string? CaseId, Diagnosis Diagnosis) : SignInResult;

    /// <summary>The state is unknown, used up or too old: begin again.</summary>
    public sealed record Expired : SignInResult;
}

/// <summary>Connects and reconnects delegated connections: authorization code with PKCE, by any node, each sign-in once.</summary>
/// <seealso href="https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow"/>
public sealed class SignInDesk
{
    private readonly Database _database;
    private readonly MsalClients _clients;
    private readonly ISecretProtector _protector;
    private readonly CaseDesk _cases;
    private readonly TimeProvider _time;
    private readonly Func<Guid> _newGuid;
    private readonly EntraOptions _options;

    internal SignInDesk(
        Database database,
        MsalClients clients,
        ISecretProtector protector,
        CaseDesk cases,
        TimeProvider time,
        Func<Guid> newGuid,
        IOptions<EntraOptions> options)
        => (_database, _clients, _protector, _cases, _time, _newGuid, _options)
            = (database, clients, protector, cases, time, newGuid, options.Value);

    /// <summary>Begins a sign-in for a connection; if it has an open reconnect case, the sign-in resolves that.</summary>
    /// <param name="actor">The operator who began it.</param>
    /// <returns>Null when there is no such connection, or it has no user to sign in.</returns>
    public async Task<BegunSignIn?> BeginAsync(string connectionId, string actor, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(actor);

        var (connection, open) = await _database.ReadAsync(
            async db => (
                await db.Connections.SingleOrDefaultAsync(c => c.Id == connectionId, cancellationToken),
                await OpenCaseAsync(db, connectionId, cancellationToken)),
            cancellationToken);
        if (connection is not { AuthModel: AuthModel.DelegatedUser })
        {
            return null;
        }

        var state = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var address = await _clients.Create(connection)
            .GetAuthorizationRequestUrl(Scopes(connection))
            .WithLoginHint(connection.Username)
            .WithClaims(WorkflowJson.Read<Diagnosis>(open?.Diagnosis)?.Claims)
            .WithPkce(out var verifier)
            .WithExtraQueryParameters(new Dictionary<string, (string Value, bool IncludeInCacheKey)>(StringComparer.Ordinal)
            {
                ["state"] = (state, false),
                ["response_mode"] = ("form_post", false), // coming back is a POST: a GET changes nothing here
            })
            .ExecuteAsync(cancellationToken);

        var row = new SignInRow
        {
            StateHash = Hash(state),
            ConnectionId = connectionId,
            CaseId = open?.Id,
            ProtectedVerifier = _protector.Protect(Purpose(connectionId), verifier),
            Actor = actor,
            ExpiresAt = _time.GetUtcNow() + _options.SignInLifetime,
        };
        await _database.WriteAsync(db => db.SignIns.AddAsync(row, cancellationToken).AsTask(), cancellationToken);
        return new BegunSignIn(ForBrowser(address), row.ExpiresAt);
    }

    /// <summary>Takes what the authority sent the person back with. A state works once.</summary>
    public async Task<SignInResult> CompleteAsync(
        string? state, string? code, string? error, string? errorDescription, CancellationToken cancellationToken)
    {
        if (state is null || await TakeAsync(state, cancellationToken) is not { } row)
        {
            return new SignInResult.Expired();
        }

        var connection = await _database.ReadAsync(
            db => db.Connections.SingleAsync(c => c.Id == row.ConnectionId, cancellationToken), cancellationToken);
        if (code is null)
        {
            var evidence = new FailureEvidence(FailureSurface.TokenEndpoint, _time.GetUtcNow())
            {
                Error = error ?? "invalid_request",
                Body = Redaction.Body(JsonSerializer.Serialize(errorDescription ?? "", WorkflowJson.Default.String)),
            };
            return new SignInResult.Refused(connection.Id, row.CaseId, Diagnostician.Diagnose(evidence));
        }

        return await RedeemAsync(connection, row, code, cancellationToken);
    }

    private async Task<SignInResult> RedeemAsync(
        ConnectionRow connection, SignInRow row, string code, CancellationToken cancellationToken)
    {
        var verifier = _protector.UnprotectText(Purpose(connection.Id), row.ProtectedVerifier);
        string? caseId;
        try
        {
            var app = _clients.Create(connection);
            var result = await app.AcquireTokenByAuthorizationCode(Scopes(connection), code)
                .WithPkceCodeVerifier(verifier)
                .ExecuteAsync(cancellationToken);
            if (!IsExpected(connection, result.Account))
            {
                await app.RemoveAsync(result.Account);
                return new SignInResult.WrongAccount(connection.Id, row.CaseId, connection.Username!, result.Account.Username);
            }

            caseId = await ConnectAsync(connection.Id, result.Account.HomeAccountId.Identifier, row.Actor, cancellationToken);
        }
        catch (Exception e) when (MsalEvidence.From(e, _time.GetUtcNow(), cancellationToken) is { } evidence)
        {
            return new SignInResult.Refused(connection.Id, row.CaseId, Diagnostician.Diagnose(evidence));
        }

        if (caseId is not null)
        {
            await _cases.TellAsync(caseId, new CaseResolved(row.Actor, $"Signed in as {connection.Username}."), cancellationToken);
        }

        return new SignInResult.Connected(connection.Id, caseId, connection.Username!);
    }

    // With an open case, the connection is healthy when the probe says so and not before.
    private Task<string?> ConnectAsync(string connectionId, string accountId, string actor, CancellationToken cancellationToken)
        => _database.WriteAsync(
            async db =>
            {
                var connection = await db.Connections.SingleAsync(c => c.Id == connectionId, cancellationToken);
                var open = await OpenCaseAsync(db, connectionId, cancellationToken);
                (connection.AccountId, connection.Generation) = (accountId, connection.Generation + 1);
                db.ConnectionEvents.Add(new ConnectionEventRow
                {
                    Id = _newGuid(),
                    ConnectionId = connectionId,
                    At = _time.GetUtcNow(),
                    Kind = ConnectionEventKind.Reconnected,
                    Actor = actor,
                });
                if (open is null)
                {
                    (connection.State, connection.StateSince) = (ConnectionState.Healthy, _time.GetUtcNow());
                    (connection.Diagnosis, connection.Evidence) = (null, null);
                }

                return open?.Id;
            },
            cancellationToken);

    private static Task<CaseRow?> OpenCaseAsync(ProductDb db, string connectionId, CancellationToken cancellationToken)
        => db.Cases.SingleOrDefaultAsync(
            c => c.ConnectionId == connectionId && c.Cause == OperatorAction.Reconnect && c.ClosedAt == null, cancellationToken);

    private async Task<SignInRow?> TakeAsync(string state, CancellationToken cancellationToken)
    {
        var (hash, now) = (Hash(state), _time.GetUtcNow());
        return await _database.WriteAsync(
            async db =>
            {
                await db.SignIns.Where(s => s.ExpiresAt < now).ExecuteDeleteAsync(cancellationToken);
                var row = await db.SignIns.SingleOrDefaultAsync(s => s.StateHash == hash, cancellationToken);
                if (row is not null)
                {
                    db.SignIns.Remove(row);
                }

                return row;
            },
            cancellationToken);
    }

    private Uri ForBrowser(Uri address) => _options.BrowserAuthorityHost is { } host
        ? new Uri(host, address.PathAndQuery)
        : address;

    private static bool IsExpected(ConnectionRow connection, IAccount account)
        => string.Equals(account.Username, connection.Username, StringComparison.OrdinalIgnoreCase)
            && string.Equals(account.HomeAccountId.TenantId, connection.TenantId, StringComparison.OrdinalIgnoreCase);

    private static string[] Scopes(ConnectionRow connection) => connection.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static string Purpose(string connectionId) => $"pkce-verifier/{connectionId}";

    private static string Hash(string state) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(state)));
}
