using System.ComponentModel.DataAnnotations;
using TeamsWorkflows.Deliveries.Flights;

namespace TeamsWorkflows.Data;

/// <summary>Something that several deliveries need and one of them makes, such as the first message of a thread.</summary>
/// <remarks>Single flight is this row's key: the delivery that holds it makes the thing, the others wait behind it.</remarks>
public sealed class FlightRow
{
    /// <summary>Gets or sets what the deliveries have in common, as SHA-256 in hexadecimal.</summary>
    [MaxLength(64)]
    public required string Id { get; set; }

    public required FlightKind Kind { get; set; }

    /// <summary>Gets or sets the delivery that makes it or changes it; null: none does.</summary>
    [MaxLength(48)]
    public string? HolderId { get; set; }

    /// <summary>Gets or sets Graph's identifier of what was made; null: it is not made yet.</summary>
    [MaxLength(200)]
    public string? Made { get; set; }

    /// <summary>Gets or sets when the service was last asked to make it: until it can be seen, it may be there; null: it was not, it said no, or what it made is known.</summary>
    public DateTimeOffset? AskedAt { get; set; }

    /// <summary>Gets or sets what opens it in Teams.</summary>
    [MaxLength(2000)]
    public string? WebUrl { get; set; }

    public List<FlightWaiterRow> Waiters { get; } = [];
}

/// <summary>A delivery that waits for another one's flight.</summary>
public sealed class FlightWaiterRow
{
    [MaxLength(64)]
    public required string FlightId { get; set; }

    [MaxLength(48)]
    public required string DeliveryId { get; set; }

    /// <summary>Gets or sets the orchestration that is woken.</summary>
    [MaxLength(200)]
    public required string InstanceId { get; set; }

    /// <summary>Gets or sets a value indicating whether it must hold the flight itself: it is to change what was made.</summary>
    public required bool NeedsHold { get; set; }

    public required DateTimeOffset JoinedAt { get; set; }
}
