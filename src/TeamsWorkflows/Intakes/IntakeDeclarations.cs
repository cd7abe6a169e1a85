using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Intakes;

/// <summary>Makes intakes what the configuration says, at every start.</summary>
/// <remarks>
/// An intake keeps its identity through every change, and with it what it has taken. One that the configuration does not name
/// any more is switched off and is its publisher's from then on.
/// </remarks>
public sealed class IntakeDeclarations
{
    private const string Actor = "configuration";

    private readonly Database _database;
    private readonly IntakeVault _vault;
    private readonly ReportDesk _reports;
    private readonly TimeProvider _time;
    private readonly Func<Guid> _newGuid;

    internal IntakeDeclarations(Database database, IntakeVault vault, ReportDesk reports, TimeProvider time, Func<Guid> newGuid)
        => (_database, _vault, _reports, _time, _newGuid) = (database, vault, reports, time, newGuid);

    /// <summary>Says what is wrong with a report that only the connections can tell.</summary>
    /// <returns>By the setting's name; empty when nothing is.</returns>
    public async Task<IReadOnlyList<(string Setting, string Message)>> ProblemsAsync(ConfiguredIntake intake, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(intake);

        var template = intake.ToDefinition().Report!;
        var authors = EditAuthors.Facing(EditorOf(intake), publisher: null, stored: null);
        var errors = new ReportErrors();
        if (await _reports.PreviewAsync(IntakeReport.Of(template, intake.Id, request: null), authors, publisher: null, cancellationToken) is PreviewResult.Invalid invalid)
        {
            errors.AddReport(invalid.Errors);
        }

        return [.. ConfiguredIntake.InSettings(errors.ByField())];
    }

    /// <summary>Makes all intakes that are declared, and switches off those that no longer are.</summary>
    public Task ApplyAsync(IReadOnlyCollection<ConfiguredIntake> declared, CancellationToken cancellationToken)
    {
        var ids = declared.Select(static d => d.Id).ToArray();
        return _database.WriteAsync(
            async db =>
            {
                var rows = await db.Intakes.Where(i => i.Origin == Origin.Configuration || ids.Contains(i.Id)).ToListAsync(cancellationToken);
                foreach (var intake in declared)
                {
                    Declare(db, rows.Find(r => r.Id == intake.Id), intake);
                }

                foreach (var row in rows.Where(r => !ids.Contains(r.Id, StringComparer.Ordinal)))
                {
                    (row.Origin, row.IsEnabled, row.LastActor) = (Origin.Api, false, Actor);
                    row.Version++;
                }
            },
            cancellationToken);
    }

    private void Declare(ProductDb db, IntakeRow? row, ConfiguredIntake intake)
    {
        var definition = intake.ToDefinition();
        row ??= db.Intakes.Add(IntakeDesk.NewRow(intake.Id, _newGuid(), _vault.Seal(definition.Report!), _vault.SealSecret(intake.Secret), EditorOf(intake), _time.GetUtcNow())).Entity;
        var secret = _vault.OpenSecret(row);
        if (row.Version > 0 && secret == intake.Secret && IsAs(row, intake, definition))
        {
            return;
        }

        if (secret != intake.Secret)
        {
            (row.ProtectedPreviousSecret, row.PreviousSecretUntil) = (row.ProtectedSecret, _time.GetUtcNow() + IntakeLimits.SecretOverlap);
            row.ProtectedSecret = _vault.SealSecret(intake.Secret);
        }

        if (row.Origin == Origin.Api || row.Publisher != intake.Publisher)
        {
            // Who knows the former secret had it from somebody else: it proves nothing about the configuration's publisher.
            (row.ProtectedPreviousSecret, row.PreviousSecretUntil) = (null, null);
        }

        (row.Publisher, row.Origin) = (intake.Publisher, Origin.Configuration);
        IntakeDesk.Change(row, definition, _vault.Seal(definition.Report!), EditorOf(intake));
    }

    private bool IsAs(IntakeRow row, ConfiguredIntake intake, IntakeDefinition definition)
        => (row.Origin, row.Publisher, row.Tool, row.Proof, row.KeyField, row.IsEnabled)
                == (Origin.Configuration, intake.Publisher, intake.Tool, intake.Proof, intake.KeyField, intake.IsEnabled)
            && row.SecretHeader == (intake.SecretHeader ?? IntakeLimits.DefaultSecretHeader)
            && row.ReplayWindow == (intake.ReplayWindow ?? IntakeLimits.DefaultReplayWindow)
            && _vault.OpenReport(row) is { } report && ReportJson.Write(report) == ReportJson.Write(definition.Report!);

    private static Editor EditorOf(ConfiguredIntake intake) => new(intake.Publisher, Actor, MayChangeAll: true);
}
