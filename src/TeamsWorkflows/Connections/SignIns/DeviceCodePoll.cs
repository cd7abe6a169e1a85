using Microsoft.Identity.Client;
using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Connections.SignIns;

/// <summary>What the authority says about a device sign-in.</summary>
internal abstract record DeviceCodeAnswer
{
    private DeviceCodeAnswer()
    {
    }

    /// <param name="Begun">The authority's answer to the beginning, with the device code.</param>
    /// <param name="IsTooFast">Whether it wants to be asked less often.</param>
    public sealed record Pending(string Begun, bool IsTooFast) : DeviceCodeAnswer
    {
        public override string ToString() => $"{nameof(Pending)} {{ IsTooFast = {IsTooFast} }}"; // the code stays in memory
    }

    public sealed record SignedIn(IClientApplicationBase App, AuthenticationResult Result) : DeviceCodeAnswer
    {
        public override string ToString() => nameof(SignedIn);
    }

    public sealed record Refused(FailureEvidence Evidence) : DeviceCodeAnswer;
}

/// <summary>Begins device sign-ins, and asks once what became of one.</summary>
/// <seealso href="https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code"/>
internal sealed class DeviceCodePoll(MsalClients clients, TimeProvider time)
{
    /// <param name="begun">The authority's answer to the beginning; null: it begins now.</param>
    /// <param name="claims">What the authority wants in the token, as JSON; null: nothing.</param>
    public async Task<DeviceCodeAnswer> AskAsync(ConnectionRow connection, string? begun, string? claims, CancellationToken cancellationToken)
    {
        using var exchange = new DeviceCodeExchange(begun);
        try
        {
            var app = clients.CreatePublic(connection, exchange);
            return new DeviceCodeAnswer.SignedIn(app, await app
                .AcquireTokenWithDeviceCode(SignInAcceptance.Scopes(connection), static _ => Task.CompletedTask)
                .WithClaims(claims)
                .ExecuteAsync(cancellationToken));
        }
        catch (DeviceCodePendingException e)
        {
            return new DeviceCodeAnswer.Pending(exchange.Answer!, e.IsTooFast);
        }
        catch (Exception e) when (MsalEvidence.From(e, time.GetUtcNow(), cancellationToken) is { } evidence)
        {
            return new DeviceCodeAnswer.Refused(evidence with { Acquisition = TokenAcquisition.Failed });
        }
    }
}
