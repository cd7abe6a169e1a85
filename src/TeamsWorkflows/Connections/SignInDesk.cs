using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Microsoft.Identity.Client;
using TeamsWorkflows.Connections.History;
using TeamsWorkflows.Connections.SignIns;
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

    /// <summary>The state is unknown, used up or too old, or the connection was made another one meanwhile: begin again.</summary>
    public sealed record Expired : SignInResult;
}

/// <summary>Connects and reconnects delegated connections: authorization code with PKCE, by any node, each sign-in once.</summary>
/// <seealso href="https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow"/>
public sealed class SignInDesk
{
    private readonly Database _database;
    private readonly MsalClients _clients;
    private readonly ISecretProtector _protector;
    private readonly SignInAcceptance _acceptance;
    private readonly AcquisitionLog _acquisitions;
    private readonly TimeProvider _time;
    private readonly EntraOptions _options;

    internal SignInDesk(
        Database database,
        MsalClients clients,
        ISecretProtector protector,
        SignInAcceptance acceptance,
        AcquisitionLog acquisitions,
        TimeProvider time,
        IOptions<EntraOptions> options)
        => (_database, _clients, _protector, _acceptance, _acquisitions, _time, _options)
            = (database, clients, protector, acceptance, acquisitions, time, options.Value);

    /// <summary>Begins a sign-in for a connection; if it has an open reconnect case, the sign-in resolves that.</summary>
    /// <param name="actor">The operator who began it.</param>
    /// <returns>Null when there is no such connection, or nobody signs in for it in this way.</returns>
    public async Task<BegunSignIn?> BeginAsync(string connectionId, string actor, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(actor);

        var (connection, open) = await _database.ReadAsync(
            async db => (
                await db.Connections.SingleOrDefaultAsync(c => c.Id == connectionId, cancellationToken),
                await SignInAcceptance.OpenCaseAsync(db, connectionId, cancellationToken)),
            cancellationToken);
        if (connection is not { AuthModel: AuthModel.DelegatedUser, SignIn: SignInWay.AuthorizationCode })
        {
            return null;
        }

        var state = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var address = await _clients.Create(connection)
            .GetAuthorizationRequestUrl(SignInAcceptance.Scopes(connection))
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
        var (verifier, started) = (_protector.UnprotectText(Purpose(connection.Id), row.ProtectedVerifier), _time.GetTimestamp());
        IConfidentialClientApplication app;
        AuthenticationResult result;
        try
        {
            app = _clients.Create(connection); // its credential may be gone
            result = await app.AcquireTokenByAuthorizationCode(SignInAcceptance.Scopes(connection), code)
                .WithPkceCodeVerifier(verifier)
                .ExecuteAsync(cancellationToken);
        }
        catch (Exception e) when (MsalEvidence.From(e, _time.GetUtcNow(), cancellationToken) is { } evidence)
        {
            await _acquisitions.NoteAsync(connection, new TokenResult.Refused(evidence, _time.GetElapsedTime(started)), cancellationToken);
            return new SignInResult.Refused(connection.Id, row.CaseId, Diagnostician.Diagnose(evidence));
        }

        return await _acceptance.AcceptAsync(connection, app, result, row.CaseId, row.Actor, device: null, cancellationToken);
    }

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

    private static string Purpose(string connectionId) => $"pkce-verifier/{connectionId}";

    private static string Hash(string state) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(state)));
}
