using System.ComponentModel.DataAnnotations;
using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Audit;

namespace TeamsWorkflows.Data;

/// <summary>An entry of the audit log. Nothing of it ever changes; the database refuses it.</summary>
public sealed class AuditRow
{
    public required long Sequence { get; set; }

    public required DateTimeOffset At { get; set; }

    [MaxLength(1000)]
    public required string Actor { get; set; }

    [MaxLength(1000)]
    public required string ActorId { get; set; }

    [MaxLength(1000)]
    public required string Role { get; set; }

    [MaxLength(100)]
    public required string Action { get; set; }

    [MaxLength(1000)]
    public required string Target { get; set; }

    [MaxLength(1000)]
    public string? Reason { get; set; }

    public required AuditOutcome Outcome { get; set; }

    /// <summary>Gets or sets what was changed as it was before, as JSON.</summary>
    public string? Before { get; set; }

    /// <summary>Gets or sets what was changed as it was afterwards, as JSON.</summary>
    public string? After { get; set; }

    [MaxLength(64)]
    public required string PreviousHash { get; set; }

    [MaxLength(64)]
    public required string Hash { get; set; }

    internal static AuditRow From(AuditEntry entry) => new()
    {
        Sequence = entry.Sequence,
        At = entry.At,
        Actor = entry.Actor,
        ActorId = entry.ActorId,
        Role = entry.Role,
        Action = entry.Action,
        Target = entry.Target,
        Reason = entry.Reason,
        Outcome = entry.Outcome,
        Before = entry.Before,
        After = entry.After,
        PreviousHash = entry.PreviousHash,
        Hash = entry.Hash,
    };

    internal AuditEntry ToEntry()
        => new(Sequence, At, Actor, ActorId, Role, Action, Target, Reason, Outcome, Before, After, PreviousHash, Hash);
}

/// <summary>The last entry of the audit log, once more: its one row is what appends wait for each other at.</summary>
public sealed class AuditHeadRow
{
    /// <summary>The identifier of the one row.</summary>
    public const int Only = 1;

    public required int Id { get; set; }

    public required long Sequence { get; set; }

    [MaxLength(64)]
    public required string Hash { get; set; }
}

/// <summary>How the audit log lies in the database.</summary>
internal static class AuditModel
{
    public static void MapAudit(this ModelBuilder model)
    {
        model.Entity<AuditRow>(entry =>
        {
            entry.HasKey(a => a.Sequence);
            entry.Property(a => a.Sequence).ValueGeneratedNever();

            // Newest first by itself, and behind each of its filters.
            entry.HasIndex(a => new { a.Actor, a.Sequence });
            entry.HasIndex(a => new { a.Action, a.Sequence });
            entry.HasIndex(a => new { a.Target, a.Sequence });
            entry.HasIndex(a => a.At);
        });
        model.Entity<AuditHeadRow>(head =>
        {
            head.HasKey(h => h.Id);
            head.Property(h => h.Id).ValueGeneratedNever();
        });
    }
}
