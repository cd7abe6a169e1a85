using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace TeamsWorkflows.Data;

/// <summary>What one transaction changes, in the words of those who look at it.</summary>
internal sealed class ChangeCollector
{
    private readonly HashSet<DataChange> _changes = [];

    public IReadOnlyCollection<DataChange> Changes => _changes;

    public void Add(ChangeTopic topic, string? id) => _changes.Add(new(topic, id));

    public void Add(IEnumerable<EntityEntry> entries)
    {
        foreach (var entry in entries.Where(static e => e.State is EntityState.Added or EntityState.Modified or EntityState.Deleted))
        {
            Add(entry.Entity);
        }
    }

    public void Add(object row)
    {
        switch (row)
        {
            case CaseRow r:
                Add(ChangeTopic.Cases, r.Id);
                Add(ChangeTopic.Connections, r.ConnectionId); // its page names the open case
                break;
            case CaseConnectionRow r:
                Add(ChangeTopic.Cases, r.CaseId);
                Add(ChangeTopic.Connections, r.ConnectionId); // its page names the case, too
                break;
            case ParkedRunRow r: Add(ChangeTopic.Cases, r.CaseId); break;
            case StepTickRow r: Add(ChangeTopic.Cases, r.CaseId); break;
            case GuidedAnswerRow r: Add(ChangeTopic.Cases, r.CaseId); break;
            case ApprovalRow r: Add(ChangeTopic.Approvals, r.ReportId); break;
            case ApproverRow r: Add(ChangeTopic.Approvals, r.ReportId); break;
            case ApprovalDecisionRow r: Add(ChangeTopic.Approvals, r.ReportId); break;
            case DeliveryRow r: Add(ChangeTopic.Deliveries, r.Id); break;
            case AttemptRow r: Add(ChangeTopic.Deliveries, r.DeliveryId); break;
            case DeliveryWordRow r: Add(ChangeTopic.Deliveries, r.DeliveryId); break;
            case ConnectionRow r: Add(ChangeTopic.Connections, r.Id); break;
            case ConnectionEventRow r: Add(ChangeTopic.Connections, r.ConnectionId); break;
            case ConsentRow r: Add(ChangeTopic.Connections, r.ConnectionId); break;
            case FindingRow r: Add(ChangeTopic.Connections, r.Scope == FindingRow.Everything ? null : r.Scope); break;
            case DeviceSignInRow r: Add(ChangeTopic.Connections, r.ConnectionId); break;
            case ScheduleRow r: Add(ChangeTopic.Schedules, r.Id); break;
            case OccurrenceRow r: Add(ChangeTopic.Schedules, r.ScheduleId); break;
        }
    }
}
