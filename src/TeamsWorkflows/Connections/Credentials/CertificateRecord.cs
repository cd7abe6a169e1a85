using System.Security.Cryptography.X509Certificates;
using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Connections.History;
using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Connections.Credentials;

/// <summary>Which certificate each connection used last: another one is a rotation, which is the first thing to look at when something breaks (R55).</summary>
internal sealed class CertificateRecord(Database database, ConnectionJournal journal)
{
    /// <summary>Takes down which certificate is used from now on; the first one is no event.</summary>
    public async Task NoteAsync(ConnectionRow used, X509Certificate2 certificate, CancellationToken cancellationToken)
    {
        if (used.CertificateThumbprint == certificate.Thumbprint)
        {
            return;
        }

        await database.WriteAsync(
            async db =>
            {
                var row = await db.Connections.SingleOrDefaultAsync(c => c.Id == used.Id, cancellationToken);
                if (row is null || row.CertificateThumbprint == certificate.Thumbprint)
                {
                    return; // another use was first
                }

                if (row.CertificateThumbprint is { } before)
                {
                    var note = $"certificate {before}→{certificate.Thumbprint}, until {certificate.NotAfter.ToUniversalTime():u}";
                    journal.Changed(db, row.Id, OperationalChange.SecretRotated, ConnectionHealth.Product, note);
                }

                row.CertificateThumbprint = certificate.Thumbprint;
            },
            cancellationToken);
        used.CertificateThumbprint = certificate.Thumbprint;
    }
}
