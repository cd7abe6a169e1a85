using TeamsWorkflows.Connections;
using TeamsWorkflows.Data;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Intakes;

/// <summary>Keeps an intake's template and secrets.</summary>
internal sealed class IntakeVault(ISecretProtector protector)
{
    private const string ReportPurpose = "teamsworkflows.intake.report.v1";
    private const string SecretPurpose = "teamsworkflows.intake.secret.v1";

    public byte[] Seal(ReportRequest report) => protector.Protect(ReportPurpose, ReportJson.Write(report));

    public byte[] SealSecret(string secret) => protector.Protect(SecretPurpose, secret);

    /// <returns>Null: the keys that protected it are gone.</returns>
    public ReportRequest? OpenReport(IntakeRow row)
        => protector.UnprotectText(ReportPurpose, row.ProtectedReport) is { } json ? ReportJson.Read(json) : null;

    /// <summary>The secret that is good from now on; null: the keys that protected it are gone.</summary>
    public string? OpenSecret(IntakeRow row) => protector.UnprotectText(SecretPurpose, row.ProtectedSecret);

    /// <summary>The secrets that are good now: one, or two for a while after a new one was made.</summary>
    public IReadOnlyList<string> OpenSecrets(IntakeRow row, DateTimeOffset now)
    {
        byte[]?[] kept = [row.ProtectedSecret, row.PreviousSecretUntil > now ? row.ProtectedPreviousSecret : null];
        return [.. kept.Select(data => data is null ? null : protector.UnprotectText(SecretPurpose, data)).OfType<string>()];
    }
}
