using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Cases;
using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Connections;

/// <summary>A credential that an application lost is lost for every connection that uses it: they stop together, behind one case.</summary>
internal sealed class SharedCredential(ISecretProtector protector, ConnectionHealth health)
{
    // The secret has ended, the secret is another one, the certificate is not known: the application's trouble, not a connection's.
    private static readonly string[] Codes = ["AADSTS7000222", "AADSTS7000215", "AADSTS700027"];

    public static bool IsLostBy(Diagnosis diagnosis)
        => diagnosis.Action == OperatorAction.RotateCredential && Codes.Contains(diagnosis.Code, StringComparer.OrdinalIgnoreCase);

    /// <summary>Stops the other connections of the same registration and credential, and puts them behind the case.</summary>
    public async Task StopOthersAsync(
        ProductDb db, ConnectionRow failed, Diagnosis diagnosis, CaseRow @case, CancellationToken cancellationToken)
    {
        var listed = await db.CaseConnections.Where(c => c.CaseId == @case.Id).Select(c => c.ConnectionId).ToListAsync(cancellationToken);
        var same = await db.Connections.Where(c => c.Id != @case.ConnectionId && c.Id != failed.Id && !listed.Contains(c.Id)
                && c.TenantId == failed.TenantId && c.ClientId == failed.ClientId && c.CertificateFile == failed.CertificateFile
                && c.VaultCertificate == failed.VaultCertificate && c.ManagedIdentity == failed.ManagedIdentity)
            .ToListAsync(cancellationToken);
        var secret = SecretOf(failed);
        foreach (var other in same.Where(c => SecretOf(c) == secret))
        {
            if (await IsToStopAsync(db, other, diagnosis, cancellationToken))
            {
                health.Move(db, other, ConnectionState.NeedsAttention, diagnosis, @case.Evidence, ConnectionHealth.Product);
                db.CaseConnections.Add(new() { CaseId = @case.Id, ConnectionId = other.Id });
            }
        }
    }

    // One that works as far as anybody knows; or that has stopped for the same reason by itself, and has no case yet.
    private static async Task<bool> IsToStopAsync(ProductDb db, ConnectionRow other, Diagnosis diagnosis, CancellationToken cancellationToken) => other.State switch
    {
        ConnectionState.Healthy => true,
        ConnectionState.NeverConnected => other.AuthModel is not (AuthModel.DelegatedUser or AuthModel.Webhook),
        _ => WorkflowJson.Read<Diagnosis>(other.Diagnosis) is { } known && CaseKey.Of(known) == CaseKey.Of(diagnosis)
            && await CaseKey.FindOpenAsync(db, other.Id, known, cancellationToken) is null,
    };

    private string? SecretOf(ConnectionRow row)
        => row.ProtectedSecret is { } data ? protector.UnprotectText(ConnectionDesk.Purpose(row.Id), data) : null;
}
