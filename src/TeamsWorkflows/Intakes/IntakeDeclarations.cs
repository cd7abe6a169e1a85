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

    /// <summary>Says what is wrong with a report when it is tried with the connections that there are.</summary>
    /// <returns>Empty when nothing is.</returns>
    public async Task<IReadOnlyList<IntakeProblem>> ProblemsAsync(ConfiguredIntake intake, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(intake);

        var template = intake.ToDefinition().Report!;
        var authors = EditAuthors.Facing(EditorOf(intake), publisher: null, stored: null);
        return await _reports.PreviewAsync(IntakeReport.Of(template, intake.Id, request: null), authors, publisher: null, cancellationToken) is PreviewResult.Invalid invalid
            ? [.. invalid.Errors.SelectMany(e => e.Value.Select(message => new IntakeProblem($"{e.Key}: {message}", invalid.OfConnections.Contains(message))))]
            : [];
    }

    /// <summary>Makes all intakes that are declared, and switches off those that no longer are.</summary>
    /// <param name="unfit">Those of the declared that stay switched off, by their name: their reports do not fit the connections.</param>
    public Task ApplyAsync(IReadOnlyCollection<ConfiguredIntake> declared, IReadOnlySet<string> unfit, CancellationToken cancellationToken)
    {
        var ids = declared.Select(static d => d.Id).ToArray();
        return _database.WriteAsync(
            async db =>
            {
                var rows = await db.Intakes.Where(i => i.Origin == Origin.Configuration || ids.Contains(i.Id)).ToListAsync(cancellationToken);
                foreach (var intake in declared)
                {
                    Declare(db, rows.Find(r => r.Id == intake.Id), intake, isEnabled: intake.IsEnabled && !unfit.Contains(intake.Id));
                }

                foreach (var row in rows.Where(r => !ids.Contains(r.Id, StringComparer.Ordinal)))
                {
                    (row.Origin, row.IsEnabled, row.LastActor) = (Origin.Api, false, Actor);
                    row.Version++;
                }
            },
            cancellationToken);
    }

    private void Declare(ProductDb db, IntakeRow? row, ConfiguredIntake intake, bool isEnabled)
    {
        var definition = intake.ToDefinition() with { IsEnabled = isEnabled };
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
                == (Origin.Configuration, intake.Publisher, intake.Tool, intake.Proof, intake.KeyField, definition.IsEnabled)
            && row.SecretHeader == (intake.SecretHeader ?? IntakeLimits.DefaultSecretHeader)
            && row.ReplayWindow == (intake.ReplayWindow ?? IntakeLimits.DefaultReplayWindow)
            && _vault.OpenReport(row) is { } report && ReportJson.Write(report) == ReportJson.Write(definition.Report!);

    private static Editor EditorOf(ConfiguredIntake intake) => new(intake.Publisher, Actor, MayChangeAll: true);
}

/// <summary>Something that is wrong with a declared intake's report.</summary>
/// <param name="Message">With the field that it is about.</param>
/// <param name="IsOfConnections">Whether it is the connections, which people change while the server runs, that it does not fit.</param>
public sealed record IntakeProblem(string Message, bool IsOfConnections);
