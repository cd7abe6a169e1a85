using Microsoft.Graph.Models;
using TeamsWorkflows.Data;
using TeamsWorkflows.Graph;

namespace TeamsWorkflows.Connections;

/// <summary>Tries a connection: a token, and a call with it.</summary>
internal sealed class ConnectionTrial(TokenSource tokens, TeamsChannels channels, ConnectionVerdicts verdicts)
{
    /// <returns>The token, null for a webhook, which has none; or why the connection does not work.</returns>
    public async Task<(string? AccessToken, ConnectionVerdict? Failure)> RunAsync(
        ConnectionRow connection, TokenRequest request, CancellationToken cancellationToken)
    {
        if (connection.AuthModel == AuthModel.Webhook)
        {
            return (null, null); // only a message would show it, and that is somebody's: the next one does
        }

        var token = await tokens.AcquireAsync(connection, request, cancellationToken);
        if (token is not TokenResult.Acquired acquired)
        {
            return (null, await verdicts.JudgeAsync(connection, ((TokenResult.Refused)token).Evidence, operation: null, cancellationToken));
        }

        // An application has no /me: that it gets a token is what can be proved without touching data.
        return connection.AuthModel == AuthModel.DelegatedUser
            && await channels.ProbeAsync(acquired.AccessToken, channels.NewRequestId(), cancellationToken) is GraphResult<User>.Failure failure
                ? (null, await verdicts.JudgeAsync(
                    connection, failure.Evidence with { Acquisition = acquired.How }, Operation.ReadProfile, cancellationToken))
                : (acquired.AccessToken, null);
    }
}
