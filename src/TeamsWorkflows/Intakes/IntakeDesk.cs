using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Intakes;

/// <summary>The front door for those who make intakes; requests come through <see cref="IntakeReception"/>.</summary>
public sealed class IntakeDesk
{
    private const int SecretBytes = 32;

    private readonly Database _database;
    private readonly IntakeVault _vault;
    private readonly ReportDesk _reports;
    private readonly TimeProvider _time;
    private readonly Func<Guid> _newGuid;

    internal IntakeDesk(Database database, IntakeVault vault, ReportDesk reports, TimeProvider time, Func<Guid> newGuid)
        => (_database, _vault, _reports, _time, _newGuid) = (database, vault, reports, time, newGuid);

    /// <summary>Lists intakes by name, without their templates.</summary>
    /// <param name="publisher">Only those of this publisher; null: everybody's.</param>
    public async Task<IReadOnlyList<Intake>> ListAsync(string? publisher, CancellationToken cancellationToken)
    {
        var rows = await _database.ReadAsync(
            db => db.Intakes.Where(i => publisher == null || i.Publisher == publisher).OrderBy(i => i.Id).ToListAsync(cancellationToken),
            cancellationToken);
        return rows.ConvertAll(static r => View(r, report: null));
    }

    /// <returns>Null when there is none of that name.</returns>
    public async Task<Intake?> FindAsync(string id, CancellationToken cancellationToken)
        => await _database.ReadAsync(db => db.Intakes.SingleOrDefaultAsync(i => i.Id == id, cancellationToken), cancellationToken) is { } row
            ? View(row, _vault.OpenReport(row))
            : null;

    /// <summary>Creates an intake, whose secret is in the answer, or changes it, which leaves the secret as it is.</summary>
    public async Task<PutIntakeResult> PutAsync(
        string id, IntakeDefinition definition, Precondition precondition, Editor editor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(precondition);
        ArgumentNullException.ThrowIfNull(editor);

        var errors = new ReportErrors();
        IntakeRules.Validate(id, definition, errors);
        var known = await _database.ReadAsync(db => db.Intakes.SingleOrDefaultAsync(i => i.Id == id, cancellationToken), cancellationToken);
        var authors = EditAuthors.Facing(editor, known?.Publisher, known is null ? null : Authors(known));
        if (definition.Report is { } template
            && await _reports.PreviewAsync(IntakeReport.Of(template, id, request: null), authors, publisher: null, cancellationToken) is PreviewResult.Invalid invalid)
        {
            errors.AddReport(invalid.Errors);
        }

        if (!errors.IsEmpty)
        {
            return new PutIntakeResult.Invalid(errors.ByField());
        }

        var secret = NewSecret();
        return await _database.WriteAsync(
            async db =>
            {
                var row = await db.Intakes.SingleOrDefaultAsync(i => i.Id == id, cancellationToken);
                if (WhyNot(row, precondition, editor) is { } no)
                {
                    return (PutIntakeResult)new PutIntakeResult.Refused(no);
                }

                var shown = row is null ? secret : null;
                var report = _vault.Seal(definition.Report!);
                row ??= db.Intakes.Add(NewRow(id, _newGuid(), report, _vault.SealSecret(secret), editor, _time.GetUtcNow())).Entity;
                Change(row, definition, report, editor);
                return new PutIntakeResult.Put(View(row, definition.Report), shown);
            },
            cancellationToken);
    }

    /// <summary>Makes a new secret; the one before stays good for a day, so that the tool can be changed in between.</summary>
    /// <returns>The new secret, shown this once; null: there is no such intake, or the configuration defines it.</returns>
    public async Task<string?> RotateAsync(string id, string actor, CancellationToken cancellationToken)
    {
        var secret = NewSecret();
        var isThere = await _database.WriteAsync(
            async db =>
            {
                if (await db.Intakes.SingleOrDefaultAsync(i => i.Id == id && i.Origin == Origin.Api, cancellationToken) is not { } row)
                {
                    return false;
                }

                (row.ProtectedPreviousSecret, row.PreviousSecretUntil) = (row.ProtectedSecret, _time.GetUtcNow() + IntakeLimits.SecretOverlap);
                row.ProtectedSecret = _vault.SealSecret(secret);
                row.Version++;
                return true;
            },
            cancellationToken);
        return isThere ? secret : null;
    }

    /// <param name="ifMatch">The ETag that the caller has seen; null: any.</param>
    /// <returns>False when it is another version by now, or none, or one that the configuration defines.</returns>
    public Task<bool> DeleteAsync(string id, string? ifMatch, CancellationToken cancellationToken) => _database.WriteAsync(
        async db =>
        {
            var row = await db.Intakes.SingleOrDefaultAsync(i => i.Id == id && i.Origin == Origin.Api, cancellationToken);
            if (row is null || (ifMatch is not null && ifMatch != ETag(row)))
            {
                return false;
            }

            db.Intakes.Remove(row);
            return true;
        },
        cancellationToken);

    private static string NewSecret() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));

    internal static string Authors(IntakeRow row) => row.Authors ?? EditAuthors.OfOlder(row.LastActor, row.Publisher);

    private static string ETag(IntakeRow row) => EditRules.ETag(row.Uid, row.Version);

    private static EditRefusal? WhyNot(IntakeRow? row, Precondition precondition, Editor editor)
        => row is { Origin: Origin.Configuration } && (editor.MayChangeAll || row.Publisher == editor.Publisher)
            ? EditRefusal.OfConfiguration
            : EditRules.WhyNot(row?.Publisher, row is null ? null : ETag(row), precondition, editor);

    internal static IntakeRow NewRow(string id, Guid uid, byte[] report, byte[] secret, Editor editor, DateTimeOffset now) => new()
    {
        Id = id,
        Uid = uid,
        Publisher = editor.Publisher,
        Tool = IntakeTool.Other,
        Proof = IntakeProof.Signature,
        SecretHeader = IntakeLimits.DefaultSecretHeader,
        ReplayWindow = IntakeLimits.DefaultReplayWindow,
        ProtectedReport = report,
        ProtectedSecret = secret,
        IsEnabled = true,
        Origin = Origin.Api,
        LastActor = editor.Name,
        Version = 0,
        CreatedAt = now,
    };

    internal static void Change(IntakeRow row, IntakeDefinition definition, byte[] report, Editor editor)
    {
        row.Tool = definition.Tool ?? IntakeTool.Other;
        row.Proof = definition.Proof ?? IntakeProof.Signature;
        row.SecretHeader = definition.SecretHeader ?? IntakeLimits.DefaultSecretHeader;
        row.ReplayWindow = definition.ReplayWindow ?? IntakeLimits.DefaultReplayWindow;
        row.KeyField = definition.KeyField;
        row.ProtectedReport = report;
        row.IsEnabled = definition.IsEnabled ?? true;
        row.Authors = EditAuthors.With(Authors(row), editor);
        row.LastActor = editor.Name;
        row.Version++;
    }

    private static Intake View(IntakeRow row, ReportRequest? report) => new(
        row.Id,
        row.Publisher,
        row.Tool,
        row.Proof,
        row.Proof == IntakeProof.Secret ? row.SecretHeader : null,
        row.ReplayWindow,
        row.KeyField,
        report?.Shown,
        row.IsEnabled,
        row.Origin,
        row.CreatedAt,
        row.LastAt,
        ETag(row));
}
