using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Intakes;

/// <summary>Takes requests of tools that have no account here: each proves that it knows its intake's secret, and becomes a report.</summary>
public sealed class IntakeReception
{
    public const string KeyHeader = "Idempotency-Key";

    private readonly Database _database;
    private readonly IntakeVault _vault;
    private readonly ReportDesk _reports;
    private readonly TimeProvider _time;

    internal IntakeReception(Database database, IntakeVault vault, ReportDesk reports, TimeProvider time)
        => (_database, _vault, _reports, _time) = (database, vault, reports, time);

    public async Task<ReceiveResult> ReceiveAsync(IntakeCall call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);

        var row = await _database.ReadAsync(db => db.Intakes.SingleOrDefaultAsync(i => i.Id == call.IntakeId, cancellationToken), cancellationToken);
        if (row is not { IsEnabled: true } || !IsProven(row, call) || _vault.OpenReport(row) is not { } template)
        {
            return new ReceiveResult.NotProven();
        }

        if (Body(call) is not { } body)
        {
            return new ReceiveResult.NotJson();
        }

        if (Key(row, call, body) is not { } key)
        {
            return new ReceiveResult.KeyMissing(row.KeyField);
        }

        var result = await _reports.SubmitAsync(row.Publisher, EditAuthors.Of(IntakeDesk.Authors(row)), key, IntakeReport.Of(template, row.Id, body), cancellationToken);
        var now = _time.GetUtcNow();
        await _database.WriteAsync(
            db => db.Intakes.Where(i => i.Uid == row.Uid).ExecuteUpdateAsync(set => set.SetProperty(i => i.LastAt, now), cancellationToken), cancellationToken);
        return result switch
        {
            SubmitResult.Accepted accepted => new ReceiveResult.Accepted(accepted.Report, accepted.IsRepeat),
            SubmitResult.KeyReused reused => new ReceiveResult.KeyReused(reused.ReportId),
            SubmitResult.Invalid invalid => new ReceiveResult.Invalid(invalid.Errors),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private bool IsProven(IntakeRow row, IntakeCall call)
    {
        var now = _time.GetUtcNow();
        var secrets = _vault.OpenSecrets(row, now);
        return row.Proof == IntakeProof.Signature
            ? IntakeSignature.IsSigned(call, secrets, row.ReplayWindow, now)
            : IntakeSignature.IsKnown(call.Header(row.SecretHeader), secrets);
    }

    // What is signed is its own key: a replay within the window is the same report.
    private static string? Key(IntakeRow row, IntakeCall call, JsonObject body)
    {
        var given = call.Header(KeyHeader) ?? (row.KeyField is { } field ? IntakeReport.Field(body, field) : null);
        if (given is not { Length: > 0 and <= IntakeLimits.MaxKeyLength })
        {
            given = given is null && row.Proof == IntakeProof.Signature ? call.Header(IntakeSignature.SignatureHeader) : null;
        }

        return given is null ? null : $"intake/{row.Uid:N}/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(given)))}";
    }

    private static JsonObject? Body(IntakeCall call)
    {
        try
        {
            return JsonNode.Parse(call.Body.Span) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
