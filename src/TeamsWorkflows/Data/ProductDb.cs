using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using TeamsWorkflows.Audit;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Data.Statements;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Data;

/// <summary>The product's data: connections, reports, the delivery ledger, cases. The engine's histories are elsewhere.</summary>
/// <remarks>A database with migrations of its own has a derived class.</remarks>
public class ProductDb : DbContext
{
    private readonly List<Func<CancellationToken, Task>> _writes = []; // by statements, in their order

    public ProductDb(DbContextOptions<ProductDb> options)
        : base(options)
    {
    }

    protected ProductDb(DbContextOptions options)
        : base(options)
    {
    }

    public DbSet<ConnectionRow> Connections => Set<ConnectionRow>();

    public DbSet<TokenCacheRow> TokenCaches => Set<TokenCacheRow>();

    public DbSet<ReportRow> Reports => Set<ReportRow>();

    public DbSet<AttachmentRow> Attachments => Set<AttachmentRow>();

    public DbSet<DeliveryRow> Deliveries => Set<DeliveryRow>();

    public DbSet<AttemptRow> Attempts => Set<AttemptRow>();

    public DbSet<FlightRow> Flights => Set<FlightRow>();

    public DbSet<DigestRow> Digests => Set<DigestRow>();

    public DbSet<DeliveryWordRow> DeliveryWords => Set<DeliveryWordRow>();

    public DbSet<PaceRow> Paces => Set<PaceRow>();

    public DbSet<CaseRow> Cases => Set<CaseRow>();

    public DbSet<CaseConnectionRow> CaseConnections => Set<CaseConnectionRow>();

    public DbSet<ParkedRunRow> ParkedRuns => Set<ParkedRunRow>();

    public DbSet<SignInRow> SignIns => Set<SignInRow>();

    public DbSet<DeviceSignInRow> DeviceSignIns => Set<DeviceSignInRow>();

    public DbSet<ConnectionEventRow> ConnectionEvents => Set<ConnectionEventRow>();

    public DbSet<AcquisitionRow> Acquisitions => Set<AcquisitionRow>();

    public DbSet<ConsentRow> Consents => Set<ConsentRow>();

    public DbSet<ExpiryNoticeRow> ExpiryNotices => Set<ExpiryNoticeRow>();

    public DbSet<CalendarKeyRow> CalendarKeys => Set<CalendarKeyRow>();

    public DbSet<StepTickRow> StepTicks => Set<StepTickRow>();

    public DbSet<FindingRow> Findings => Set<FindingRow>();

    public DbSet<GuidedAnswerRow> GuidedAnswers => Set<GuidedAnswerRow>();

    public DbSet<ScheduleRow> Schedules => Set<ScheduleRow>();

    public DbSet<OccurrenceRow> Occurrences => Set<OccurrenceRow>();

    public DbSet<IntakeRow> Intakes => Set<IntakeRow>();

    public DbSet<ApprovalRow> Approvals => Set<ApprovalRow>();

    public DbSet<ApproverRow> Approvers => Set<ApproverRow>();

    public DbSet<ApprovalDecisionRow> ApprovalDecisions => Set<ApprovalDecisionRow>();

    public DbSet<ApprovalLinkRow> ApprovalLinks => Set<ApprovalLinkRow>();

    public DbSet<AuditRow> AuditEntries => Set<AuditRow>();

    public DbSet<AuditHeadRow> AuditHeads => Set<AuditHeadRow>();

    public DbSet<ConsoleSettingRow> ConsoleSettings => Set<ConsoleSettingRow>();

    /// <summary>Gets or sets what gathers the changes of a transaction; null: nobody wants to know.</summary>
    internal ChangeCollector? Changes { get; set; }

    /// <summary>Gets or sets what the context's connection has prepared; null: the driver prepares by itself.</summary>
    internal PreparedStatements? Prepared { get; set; }

    // What the audit log has to see, and what a server takes in one message, goes by the change tracker.
    private bool WritesByStatement => Prepared is not null && AuditCall.Current is null;

    /// <summary>Adds a row, and nothing that it leads to, when the changes are saved.</summary>
    internal void Insert<TRow>(TRow row)
        where TRow : class
    {
        if (WritesByStatement)
        {
            Queue(row, RowTable<TRow>.Of(this).Insert);
        }
        else
        {
            Entry(row).State = EntityState.Added;
        }
    }

    /// <summary>Writes some properties of a row that is there, when the changes are saved; it need not have been read here.</summary>
    /// <param name="properties">Each use has its list: the statement is found by it.</param>
    internal void Update<TRow>(TRow row, IReadOnlyList<string> properties)
        where TRow : class
    {
        if (WritesByStatement)
        {
            Queue(row, RowTable<TRow>.Of(this).Update(properties));
            return;
        }

        // Named one by one: in a second run of a write they have their values already.
        var entry = Entry(row);
        entry.State = entry.State == EntityState.Detached ? EntityState.Unchanged : entry.State;
        foreach (var property in properties)
        {
            entry.Property(property).IsModified = true;
        }
    }

    /// <summary>Lets go of all rows, and of changes that are not saved.</summary>
    internal void Forget()
    {
        _writes.Clear();
        ChangeTracker.Clear();
    }

    private void Queue<TRow>(TRow row, RowWrite<TRow> write)
        where TRow : class
    {
        Changes?.Add(row);
        _writes.Add(cancellationToken => write.RunAsync(this, row, cancellationToken));
    }

    /// <inheritdoc/>
    public override async Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        foreach (var write in _writes)
        {
            await write(cancellationToken);
        }

        _writes.Clear();
        ChangeTracker.DetectChanges(); // once, for all who look at what is saved
        ChangeTracker.AutoDetectChangesEnabled = false;
        try
        {
            Changes?.Add(ChangeTracker.Entries());
            return await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
        }
        finally
        {
            ChangeTracker.AutoDetectChangesEnabled = true;
        }
    }

    /// <summary>Says what a statement changes that goes past the change tracker.</summary>
    internal void Note(ChangeTopic topic, string? id) => Changes?.Add(topic, id);

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        // Sortable in every database, and the same number in all of them.
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UnixTicks>();
        configurationBuilder.Properties<TimeSpan>().HaveConversion<Ticks>();
        configurationBuilder.Properties<Enum>().HaveConversion<string>().HaveMaxLength(32);
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        MapConnections(modelBuilder);

        MapLedger(modelBuilder);
        modelBuilder.MapApprovals();
        modelBuilder.MapAudit();
        modelBuilder.Entity<DeliveryWordRow>().HasKey(w => w.Id);
        modelBuilder.Entity<PaceRow>().HasKey(p => p.Key);

        modelBuilder.Entity<FlightRow>(flight =>
        {
            flight.HasKey(f => f.Id);
            flight.HasMany(f => f.Waiters).WithOne().HasForeignKey(w => w.FlightId);
        });
        modelBuilder.Entity<FlightWaiterRow>().HasKey(w => new { w.FlightId, w.DeliveryId });

        MapCases(modelBuilder);
        modelBuilder.Entity<ConnectionEventRow>(e =>
        {
            e.HasKey(x => x.Id);
            e.HasIndex(x => new { x.ConnectionId, x.At });
        });
        modelBuilder.Entity<AcquisitionRow>(acquisition =>
        {
            acquisition.HasKey(a => a.Id);
            acquisition.HasIndex(a => new { a.ConnectionId, a.At });
            acquisition.HasIndex(a => new { a.Result, a.At });
        });
        modelBuilder.Entity<FindingRow>(finding =>
        {
            finding.HasKey(f => new { f.Scope, f.Number });
            finding.HasIndex(f => new { f.Result, f.Scope, f.Number });
        });
        modelBuilder.Entity<ConsentRow>().HasKey(c => new { c.ConnectionId, c.GrantedAt });
        modelBuilder.Entity<ExpiryNoticeRow>().HasKey(n => new { n.ConnectionId, n.Kind, n.EndsAt, n.Days });
        modelBuilder.Entity<CalendarKeyRow>(key =>
        {
            key.HasKey(k => k.Id);
            key.HasIndex(k => k.KeyHash).IsUnique();
        });
        modelBuilder.Entity<ConsoleSettingRow>().HasKey(s => new { s.Owner, s.Kind, s.Name });
        modelBuilder.Entity<IntakeRow>().HasKey(i => i.Id);
        modelBuilder.Entity<ScheduleRow>().HasKey(s => s.Id);
        modelBuilder.Entity<OccurrenceRow>(occurrence =>
        {
            occurrence.HasKey(o => new { o.ScheduleId, o.Id });
            occurrence.HasIndex(o => new { o.ScheduleId, o.CreatedAt });
            occurrence.HasIndex(o => new { o.ScheduleId, o.State, o.UpdatedAt });
            occurrence.HasIndex(o => o.ReportId);
        });
    }

    private static void MapCases(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<CaseRow>(@case =>
        {
            @case.HasKey(c => c.Id);

            // One open case per connection, cause and class: single flight is a constraint of the database, not of our code.
            @case.HasIndex(c => new { c.ConnectionId, c.Cause, c.Class }).IsUnique().HasFilter("\"ClosedAt\" IS NULL");
            @case.HasMany(c => c.ParkedRuns).WithOne().HasForeignKey(p => p.CaseId);
            @case.HasMany(c => c.Others).WithOne().HasForeignKey(o => o.CaseId);
            @case.HasMany(c => c.Ticks).WithOne().HasForeignKey(t => t.CaseId);
        });
        modelBuilder.Entity<CaseConnectionRow>(other =>
        {
            other.HasKey(o => new { o.CaseId, o.ConnectionId });
            other.HasIndex(o => o.ConnectionId);
        });
        modelBuilder.Entity<ParkedRunRow>(run =>
        {
            run.HasKey(p => new { p.CaseId, p.InstanceId });
            run.HasIndex(p => new { p.CaseId, p.DeliveryId });
            run.HasIndex(p => p.DeliveryId);
        });
        modelBuilder.Entity<StepTickRow>().HasKey(t => new { t.CaseId, t.Runbook, t.Step });
        modelBuilder.Entity<GuidedAnswerRow>().HasKey(a => new { a.CaseId, a.Number });
    }

    private static void MapConnections(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<ConnectionRow>(connection =>
        {
            connection.HasKey(c => c.Id);
            connection.Property(c => c.SignIn).HasDefaultValue(SignInWay.AuthorizationCode); // the one way of older releases
        });
        modelBuilder.Entity<TokenCacheRow>().HasKey(c => c.ConnectionId);
        modelBuilder.Entity<SignInRow>().HasKey(s => s.StateHash);

        modelBuilder.Entity<DeviceSignInRow>(device =>
        {
            device.HasKey(s => s.ConnectionId);
            device.Property(s => s.Id).IsRequired(); // it would be the key by its name, and is then no longer required
        });
    }

    private static void MapLedger(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<ReportRow>(report =>
        {
            report.HasKey(r => r.Id);
            report.Property(r => r.Importance).HasDefaultValue(MessageImportance.Normal); // what older releases stored
            report.HasIndex(r => new { r.Publisher, r.IdempotencyKey }).IsUnique();
            report.HasIndex(r => r.CreatedAt);
            report.HasMany(r => r.Deliveries).WithOne().HasForeignKey(d => d.ReportId);
            report.HasMany(r => r.Attachments).WithOne().HasForeignKey(a => a.ReportId);
        });
        modelBuilder.Entity<AttachmentRow>().HasKey(a => new { a.ReportId, a.Number });
        modelBuilder.Entity<DeliveryRow>(delivery =>
        {
            delivery.HasKey(d => d.Id);
            delivery.Property(d => d.Kind).HasDefaultValue("channel"); // the one kind of older releases
            delivery.Property(d => d.Destination).HasDefaultValue("{}");

            // The ledger's order, by itself and behind each of its filters.
            delivery.HasIndex(d => new { d.CreatedAt, d.Id });
            delivery.HasIndex(d => new { d.Publisher, d.CreatedAt, d.Id });
            delivery.HasIndex(d => new { d.State, d.CreatedAt, d.Id });
            delivery.HasIndex(d => new { d.ConnectionId, d.CreatedAt, d.Id });
            delivery.HasIndex(d => new { d.ChannelId, d.CreatedAt, d.Id });
            delivery.HasIndex(d => d.DigestId);
            delivery.HasMany(d => d.Attempts).WithOne().HasForeignKey(a => a.DeliveryId);
            delivery.HasMany(d => d.Words).WithOne().HasForeignKey(w => w.DeliveryId);
        });
        modelBuilder.Entity<AttemptRow>().HasKey(a => new { a.DeliveryId, a.Number });
        modelBuilder.Entity<DigestRow>(digest =>
        {
            digest.HasKey(d => d.Id);
            digest.HasIndex(d => new { d.Place, d.State, d.ClosesAt });
        });
    }

    private sealed class UnixTicks() : ValueConverter<DateTimeOffset, long>(
        time => time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks, ticks => DateTimeOffset.UnixEpoch.AddTicks(ticks));

    private sealed class Ticks() : ValueConverter<TimeSpan, long>(span => span.Ticks, ticks => TimeSpan.FromTicks(ticks));
}
