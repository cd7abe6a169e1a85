using System.Data.Common;
using System.Diagnostics.Metrics;
using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Approvals;
using TeamsWorkflows.Connections.History;
using TeamsWorkflows.Data;
using TeamsWorkflows.Deliveries;

namespace TeamsWorkflows.Server.Hosting;

/// <summary>How much waits for people, and how long already: what an alert looks at.</summary>
internal sealed partial class WorkGauges : BackgroundService
{
    public const string Parked = "teamsworkflows.deliveries.parked";
    public const string OldestCase = "teamsworkflows.cases.oldest";
    public const string Approvals = "teamsworkflows.approvals.waiting";

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly Meter _meter = new(Telemetry.Name);
    private readonly Database _database;
    private readonly TimeProvider _time;
    private readonly ILogger<WorkGauges> _logger;
    private volatile Work? _work;

    public WorkGauges(Database database, TimeProvider time, ILogger<WorkGauges> logger)
    {
        (_database, _time, _logger) = (database, time, logger);
        _meter.CreateObservableGauge(
            Parked, () => Observe(static (work, _) => work.Parked), "{delivery}", "Deliveries that wait for a person.");
        _meter.CreateObservableGauge(
            Approvals, () => Observe(static (work, _) => work.Approvals), "{approval}", "Reports that wait for their approval.");
        _meter.CreateObservableGauge(
            OldestCase, () => Observe(static (work, now) => work.OldestCase is { } since ? (now - since).TotalSeconds : 0), "s", "For how long the oldest open case is open.");
    }

    public override void Dispose()
    {
        _meter.Dispose();
        base.Dispose();
    }

    /// <summary>Looks once.</summary>
    internal async Task LookAsync(CancellationToken cancellationToken) => _work = await _database.ReadAsync(
        async db => new Work(
            await db.Deliveries.CountAsync(static d => d.State == DeliveryState.Parked, cancellationToken),
            await db.Cases.Where(static c => c.ClosedAt == null).OrderBy(static c => c.OpenedAt)
                .Select(static c => (DateTimeOffset?)c.OpenedAt).FirstOrDefaultAsync(cancellationToken),
            await db.Approvals.CountAsync(static a => a.State == ApprovalState.Waiting, cancellationToken)),
        cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, _time);
        do
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception e) when (e is IOException or DbException or InvalidOperationException)
            {
                _work = null; // what is not known is not reported
                Log.NotRead(_logger, e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private IEnumerable<Measurement<double>> Observe(Func<Work, DateTimeOffset, double> value)
        => _work is { } work ? [new Measurement<double>(value(work, _time.GetUtcNow()))] : [];

    private sealed record Work(int Parked, DateTimeOffset? OldestCase, int Approvals);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "How much waits could not be read; it is tried again")]
        public static partial void NotRead(ILogger logger, Exception reason);
    }
}
