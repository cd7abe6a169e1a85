using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Data;
using TeamsWorkflows.Deliveries.Pacing;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Schedules.Planning;

/// <summary>Says at design time what the schedules together would come to (B14).</summary>
public sealed class SchedulePlanner
{
    public const int MaxDays = 31;

    private const int DaysOfWarnings = 7;

    private readonly Database _database;
    private readonly ScheduleVault _vault;
    private readonly IOptions<PacingOptions> _options;
    private readonly TimeProvider _time;

    internal SchedulePlanner(Database database, ScheduleVault vault, IOptions<PacingOptions> options, TimeProvider time)
        => (_database, _vault, _options, _time) = (database, vault, options, time);

    /// <summary>Simulates all schedules that are not paused.</summary>
    /// <param name="days">From now on; 1 to 31.</param>
    /// <param name="publisher">Shows only what schedules of this publisher have a part in, and names no others; null: everything.</param>
    public async Task<SchedulePlan> PlanAsync(int days, string? publisher, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(days, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(days, MaxDays);

        var (schedules, applications, own) = await ReadAsync(publisher, except: null, cancellationToken);
        var now = _time.GetUtcNow();
        var plan = PlanSimulation.Run(schedules.Select(s => Planned(s, applications)), _options.Value, now, now.AddDays(days));
        return publisher is null ? plan : plan with
        {
            Scopes = [.. plan.Scopes.Select(s => s with { Schedules = [.. s.Schedules.Where(own.Contains)] }).Where(static s => s.Schedules.Count > 0)],
            Warnings = [.. plan.Warnings.Select(w => w with { Schedules = [.. w.Schedules.Where(own.Contains)] }).Where(static w => w.Schedules.Count > 0)],
        };
    }

    /// <summary>What a schedule that somebody hands in would come to beside all the others.</summary>
    internal async Task<IReadOnlyList<string>> WarningsAsync(
        string id, CheckedSchedule seen, ScheduleDefinition definition, CancellationToken cancellationToken)
    {
        var (others, applications, _) = await ReadAsync(publisher: null, except: id, cancellationToken);
        var now = _time.GetUtcNow();
        var plan = PlanSimulation.Run(
            others.Select(s => Planned(s, applications)).Append(new(id, seen.Recurrence, Targets(definition.Report!, applications))),
            _options.Value,
            now,
            now.AddDays(DaysOfWarnings));
        return [.. plan.Warnings.Where(w => w.Schedules.Contains(id, StringComparer.Ordinal)).Select(static w => w.Message)];
    }

    private Task<(List<ScheduleRow> Schedules, Dictionary<string, string> Applications, HashSet<string> Own)> ReadAsync(
        string? publisher, string? except, CancellationToken cancellationToken) => _database.ReadAsync(
            async db =>
            {
                var schedules = await db.Schedules.Where(s => !s.IsPaused && s.Id != except).OrderBy(s => s.Id).ToListAsync(cancellationToken);
                var applications = await db.Connections.ToDictionaryAsync(c => c.Id, c => c.TenantId + "/" + c.ClientId, StringComparer.Ordinal, cancellationToken);
                return (schedules, applications, schedules.Where(s => s.Publisher == publisher).Select(static s => s.Id).ToHashSet(StringComparer.Ordinal));
            },
            cancellationToken);

    private PlannedSchedule Planned(ScheduleRow row, Dictionary<string, string> applications)
        => new(row.Id, ScheduleView.RecurrenceOf(row), _vault.TryReport(row) is { } report ? Targets(report, applications) : []);

    private static IReadOnlyList<PlannedTarget> Targets(ReportRequest report, Dictionary<string, string> applications)
        => [.. report.Destinations!.Select(destination => Target(destination, applications))];

    // As the gate holds them: files have no pace, addresses of others one that is not planned with, mails that of their connection.
    private static PlannedTarget Target(Destination? destination, Dictionary<string, string> applications)
        => destination is null or FileDestination or { ConnectionName: null }
            ? new(Channel: null, Connection: null, Tenant: null)
            : new(
                destination switch { ChannelDestination channel => channel.ChannelId, ChatDestination chat => chat.ChatId, _ => null },
                destination.ConnectionName,
                applications.GetValueOrDefault(destination.ConnectionName));
}
