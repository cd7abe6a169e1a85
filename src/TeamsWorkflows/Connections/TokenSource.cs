using System.Diagnostics;
using Microsoft.Identity.Client;
using TeamsWorkflows.Connections.Credentials;
using TeamsWorkflows.Connections.History;
using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Connections;

/// <summary>How to ask for a token.</summary>
/// <param name="BypassCache">Ask the authority even if the cache has a token that looks good.</param>
/// <param name="Claims">What the service wants in the token, as JSON; implies <paramref name="BypassCache"/>.</param>
internal sealed record TokenRequest(bool BypassCache = false, string? Claims = null)
{
    /// <summary>The cache first; the authority when it has nothing good for five minutes more (MSAL's rule).</summary>
    public static TokenRequest Silent { get; } = new();
}

/// <summary>A token, or why there is none.</summary>
internal abstract record TokenResult(TimeSpan Duration)
{
    /// <summary>Lives in memory for one call; never stored, never logged.</summary>
    public sealed record Acquired(string AccessToken, DateTimeOffset ExpiresOn, bool IsFromCache, TimeSpan Duration) : TokenResult(Duration)
    {
        public TokenAcquisition How => IsFromCache ? TokenAcquisition.FromCache : TokenAcquisition.Renewed;

        public override string ToString() => $"{nameof(Acquired)} {{ ExpiresOn = {ExpiresOn:O}, IsFromCache = {IsFromCache} }}";
    }

    public sealed record Refused(FailureEvidence Evidence, TimeSpan Duration) : TokenResult(Duration);
}

/// <summary>Asks for a connection's token, silently. Its own step, measured apart from the call that needs the token.</summary>
internal sealed class TokenSource(MsalClients clients, ExpectedTokens expected, TokenFlights flights, VaultCertificates vaults, AcquisitionLog log, TimeProvider time)
{
    private const string UnknownCertificate = "700027";

    public async Task<TokenResult> AcquireAsync(ConnectionRow connection, TokenRequest request, CancellationToken cancellationToken)
    {
        using var span = Telemetry.Source.StartActivity("token.acquire");
        span?.SetTag("teamsworkflows.connection", connection.Id);
        var (result, isShared) = request == TokenRequest.Silent
            ? await flights.RunAsync(connection, r => AskAgainAsync(connection, r, cancellationToken), cancellationToken)
            : (flights.Noted(connection, await AskAgainAsync(connection, request, cancellationToken)), false);
        span?.SetStatus(result is TokenResult.Acquired ? ActivityStatusCode.Ok : ActivityStatusCode.Error);
        if (!isShared)
        {
            await log.NoteAsync(connection, result, cancellationToken);
        }

        return result;
    }

    // The vault may have a certificate that is newer than the one at hand, which the registration does not know any more.
    private async Task<TokenResult> AskAgainAsync(ConnectionRow connection, TokenRequest request, CancellationToken cancellationToken)
    {
        var result = await AskAsync(connection, request, cancellationToken);
        return connection.VaultCertificate is { } address
            && result is TokenResult.Refused { Evidence.ErrorCodes: var codes } && codes.Contains(UnknownCertificate, StringComparer.Ordinal)
            && await vaults.HasNewerAsync(address, cancellationToken)
                ? await AskAsync(connection, request, cancellationToken)
                : result;
    }

    private async Task<TokenResult> AskAsync(ConnectionRow connection, TokenRequest request, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        if (connection.AuthModel == AuthModel.Webhook)
        {
            return Refused(MsalEvidence.NoIdentity(time.GetUtcNow()), TimeSpan.Zero);
        }

        try
        {
            var result = (connection.AuthModel, connection.SignIn) switch
            {
                (AuthModel.DelegatedUser, SignInWay.DeviceCode) => await ForUserAsync(clients.CreatePublic(connection), connection, request, cancellationToken),
                (AuthModel.DelegatedUser, _) => await ForUserAsync(clients.Create(connection), connection, request, cancellationToken),
                _ => await ForApplicationAsync(clients.Create(connection), request, cancellationToken),
            };
            var duration = time.GetElapsedTime(started);
            if (string.IsNullOrEmpty(result.AccessToken))
            {
                return Refused(MsalEvidence.NoToken(time.GetUtcNow()), duration);
            }

            return MsalEvidence.WrongToken(result.AccessToken, expected.Of(connection, operation: null), time.GetUtcNow()) is { } wrong
                ? Refused(wrong, duration)
                : new TokenResult.Acquired(
                    result.AccessToken,
                    result.ExpiresOn,
                    result.AuthenticationResultMetadata.TokenSource == Microsoft.Identity.Client.TokenSource.Cache,
                    duration);
        }
        catch (Exception e) when (MsalEvidence.From(e, time.GetUtcNow(), cancellationToken) is { } evidence)
        {
            return Refused(evidence, time.GetElapsedTime(started));
        }
    }

    private static TokenResult.Refused Refused(FailureEvidence evidence, TimeSpan duration)
        => new(evidence with { Acquisition = TokenAcquisition.Failed }, duration);

    private static async Task<AuthenticationResult> ForUserAsync(
        IClientApplicationBase app, ConnectionRow connection, TokenRequest request, CancellationToken cancellationToken)
    {
#pragma warning disable CS0618 // by identifier is the way for web apps; the replacement does not exist for this client
        var account = connection.AccountId is { } id ? await app.GetAccountAsync(id) : null;
#pragma warning restore CS0618
        return await app.AcquireTokenSilent(connection.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries), account)
            .WithForceRefresh(request.BypassCache)
            .WithClaims(request.Claims)
            .ExecuteAsync(cancellationToken);
    }

    private Task<AuthenticationResult> ForApplicationAsync(
        IConfidentialClientApplication app, TokenRequest request, CancellationToken cancellationToken)
        => app.AcquireTokenForClient([expected.DefaultScope])
            .WithForceRefresh(request.BypassCache)
            .WithClaims(request.Claims)
            .ExecuteAsync(cancellationToken);
}
