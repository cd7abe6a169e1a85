using System.ComponentModel.DataAnnotations;
using TeamsWorkflows.Deliveries;

namespace TeamsWorkflows.Data;

/// <summary>What an operator did about a delivery: kept for the record.</summary>
public sealed class DeliveryWordRow
{
    public required Guid Id { get; set; }

    [MaxLength(48)]
    public required string DeliveryId { get; set; }

    public required DateTimeOffset At { get; set; }

    public required OperatorWord Word { get; set; }

    [MaxLength(320)]
    public required string Actor { get; set; }

    [MaxLength(1000)]
    public required string Reason { get; set; }
}
