using Microsoft.EntityFrameworkCore;
using Microsoft.Graph.Models;
using TeamsWorkflows.Cases.Runbooks;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.Graph;
using TeamsWorkflows.Ways;
using Operation = TeamsWorkflows.Connections.Operation;

namespace TeamsWorkflows.Doctor;

/// <summary>Whether each connection gets a token, of the right tenant and audience, with consent, and reaches its channels (R94).</summary>
internal sealed class TokenChecks(
    Database database, ConnectionUses uses, TokenSource tokens, ExpectedTokens expected, TeamsChannels channels, ConnectionVerdicts verdicts, TimeProvider time)
    : IDoctorCheck
{
    public async Task<IReadOnlyList<Finding>> RunAsync(string? connectionId, CancellationToken cancellationToken)
    {
        var rows = await database.ReadAsync(
            db => db.Connections.Where(c => c.AuthModel != AuthModel.Webhook && (connectionId == null || c.Id == connectionId)).OrderBy(c => c.Id).ToListAsync(cancellationToken),
            cancellationToken);
        var used = await uses.ReadAsync(connectionId, cancellationToken);
        var findings = new List<Finding>();
        foreach (var row in rows)
        {
            findings.AddRange((await CheckAsync(row, used.GetValueOrDefault(row.Id, ConnectionUse.None), cancellationToken)).Select(f => f with { Connection = row.Id }));
        }

        return findings;
    }

    private async Task<IEnumerable<Finding>> CheckAsync(ConnectionRow row, ConnectionUse use, CancellationToken cancellationToken)
    {
        if (row.State == ConnectionState.NeverConnected && row.AuthModel == AuthModel.DelegatedUser)
        {
            return [new("token", row.Id, CheckResult.Bad, "Nobody has signed in.", $"Sign in as {row.Username} on the connections page.")];
        }

        if (row.State == ConnectionState.NeedsAttention && WorkflowJson.Read<Diagnosis>(row.Diagnosis) is { } known)
        {
            return [new("token", row.Id, CheckResult.Bad, known.Summary, "See the connection's open case.")];
        }

        // Out of the cache when that is good: asking past it each time is what Entra calls a loop.
        var token = await tokens.AcquireAsync(row, TokenRequest.Silent, cancellationToken);
        if (token is not TokenResult.Acquired acquired)
        {
            var (diagnosis, _) = await verdicts.JudgeAsync(row, ((TokenResult.Refused)token).Evidence, operation: null, cancellationToken);
            return [Bad("token", row, diagnosis.Summary, diagnosis)];
        }

        return [.. Claims(row, use, TokenClaims.Read(acquired.AccessToken)), .. await ReachAsync(row, use, acquired.AccessToken, cancellationToken)];
    }

    private IEnumerable<Finding> Claims(ConnectionRow row, ConnectionUse use, TokenClaims? claims)
    {
        if (claims is null)
        {
            yield return new("token", row.Id, CheckResult.Warning, "There is a token, which cannot be read: audience and consent are not checked.", "Compare them in the Entra portal.");
            yield break;
        }

        yield return expected.GraphAudiences.Contains(claims.Audience?.TrimEnd('/'), StringComparer.OrdinalIgnoreCase)
            ? Finding.Good("audience", row.Id, "The token is made for Graph.")
            : new("audience", row.Id, CheckResult.Bad, $"The token is made for {claims.Audience}.", "Ask for scopes of Graph.");
        if (Guid.TryParse(row.TenantId, out _) && claims.TenantId is { } tenant)
        {
            yield return string.Equals(tenant, row.TenantId, StringComparison.OrdinalIgnoreCase)
                ? Finding.Good("tenant", row.Id, $"The token is of tenant {tenant}.")
                : new("tenant", row.Id, CheckResult.Bad, $"The token is of tenant {tenant}, and the connection of {row.TenantId}.", "Correct TenantId, or the account.");
        }

        foreach (var operation in row.AuthModel == AuthModel.DelegatedUser ? Capabilities.OfDeliveries : OfApplication(use))
        {
            var needed = Capabilities.AnyPermissionOf(row.AuthModel, operation);
            yield return needed.Intersect(claims.Permissions, StringComparer.OrdinalIgnoreCase).Any()
                ? Finding.Good("consent", row.Id, $"{operation}: granted.")
                : new("consent", row.Id, CheckResult.Bad, $"{operation}: the token lacks {needed[0]}.", $"Grant {needed[0]} with admin consent in tenant {row.TenantId}.");
        }
    }

    // An application is asked for what it is used for, and for nothing more.
    private static IEnumerable<Operation> OfApplication(ConnectionUse use)
    {
        if (use.Kinds.Contains(EmailWay.Name))
        {
            yield return Operation.SendMail;
        }

        if (use.Kinds.Contains(FileWay.Name))
        {
            yield return Operation.UploadFile;
        }
    }

    // Each channel is read as a delivery reads it back.
    private async Task<IEnumerable<Finding>> ReachAsync(ConnectionRow row, ConnectionUse use, string accessToken, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        foreach (var channel in use.Channels)
        {
            var result = await channels.FindAsync(
                accessToken, channel.TeamId, channel.ChannelId, Guid.Empty, time.GetUtcNow(), channels.NewRequestId(), cancellationToken);
            if (result is not GraphResult<ChatMessage>.Failure failure)
            {
                findings.Add(Finding.Good("channel", row.Id, $"{channel.ChannelId} can be read."));
                continue;
            }

            var (diagnosis, _) = await verdicts.JudgeAsync(row, failure.Evidence, Operation.ReadChannelMessages, cancellationToken);
            findings.Add(Bad("channel", row, $"{channel.ChannelId}: {diagnosis.Summary}", diagnosis));
        }

        return findings;
    }

    private static Finding Bad(string check, ConnectionRow row, string detail, Diagnosis diagnosis)
        => new(check, row.Id, CheckResult.Bad, detail, RunbookShelf.Find(diagnosis.Runbook) is { } runbook ? $"{runbook.Title}: runbook {runbook.Id}." : null) { Runbook = diagnosis.Runbook };
}
