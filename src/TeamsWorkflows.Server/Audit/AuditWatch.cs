using System.Data.Common;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Audit;

namespace TeamsWorkflows.Server.Audit;

/// <summary>A verification of the audit log.</summary>
/// <param name="At">When it began.</param>
/// <param name="Verdict">What it came to; null: it did not come to the end in the time it had.</param>
public sealed record AuditReview(DateTimeOffset At, TimeSpan Took, AuditVerdict? Verdict);

/// <summary>Verifies the audit log, and remembers what the last time came to.</summary>
internal sealed class AuditWatch(AuditLog log, TimeProvider time)
{
    private volatile AuditReview? _last;

    /// <summary>Gets the last verification; null: there was none yet.</summary>
    public AuditReview? Last => _last;

    /// <param name="limit">How long it may take.</param>
    /// <param name="kept">Heads that were kept elsewhere.</param>
    public async Task<AuditReview> ReviewAsync(TimeSpan limit, IReadOnlyCollection<AuditHead> kept, CancellationToken cancellationToken)
    {
        var (at, started) = (time.GetUtcNow(), time.GetTimestamp());
        using var enough = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(enough.Token, cancellationToken);
        AuditVerdict? verdict = null;
        try
        {
            verdict = await log.VerifyAsync(kept, either.Token);
        }
        catch (OperationCanceledException) when (enough.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // The answer says so.
        }

        var review = new AuditReview(at, time.GetElapsedTime(started), verdict);
        if (kept.Count == 0)
        {
            _last = review; // a head that somebody got wrong says nothing about the log
        }

        return review;
    }
}

/// <summary>Verifies the audit log at the start, beside everything else.</summary>
internal sealed partial class AuditStart(AuditWatch watch, IOptions<AuditOptions> options, ILogger<AuditStart> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            switch (await watch.ReviewAsync(options.Value.VerifyFor, [], stoppingToken))
            {
                case { Verdict: { Break: { } found } }:
                    Log.Broken(logger, found.Why);
                    break;
                case { Verdict: { } sound }:
                    Log.Sound(logger, sound.Entries, sound.Head.Hash);
                    break;
                default:
                    Log.NotInTime(logger, options.Value.VerifyFor);
                    break;
            }
        }
        catch (Exception e) when (e is IOException or DbException or InvalidOperationException)
        {
            Log.NotRead(logger, e);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Critical, "The audit log is not what it was: {Why}")]
        public static partial void Broken(ILogger logger, string why);

        [LoggerMessage(2, LogLevel.Information, "The audit log is sound: {Entries} entries, head {Hash}")]
        public static partial void Sound(ILogger logger, long entries, string hash);

        [LoggerMessage(3, LogLevel.Warning, "The audit log could not be verified within {Limit} (Audit:VerifyFor); GET /api/v1/audit/verification does it at leisure")]
        public static partial void NotInTime(ILogger logger, TimeSpan limit);

        [LoggerMessage(4, LogLevel.Warning, "The audit log could not be read to be verified")]
        public static partial void NotRead(ILogger logger, Exception reason);
    }
}

/// <summary>Tells supervisors of a broken audit log; the server goes on serving, for reports do not depend on it.</summary>
internal sealed class AuditCheck(AuditWatch watch) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        => Task.FromResult(watch.Last?.Verdict?.Break is { } found
            ? HealthCheckResult.Degraded($"The audit log is not what it was: {found.Why}")
            : HealthCheckResult.Healthy());
}

internal static class AuditSetup
{
    public static void AddAudit(this IServiceCollection services)
    {
        services.AddOptions<AuditOptions>().BindConfiguration(AuditOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AuditOptions>, ValidateAuditOptions>();
        services.AddSingleton<AuditWatch>();
        services.AddHostedService<AuditStart>();
    }
}
