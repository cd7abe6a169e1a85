using System.ComponentModel.DataAnnotations;
using TeamsWorkflows.Deliveries.Digests;

namespace TeamsWorkflows.Data;

/// <summary>Small reports that go to one place as one message.</summary>
public sealed class DigestRow
{
    /// <summary>Gets or sets the delivery that posts it: the first that came.</summary>
    [MaxLength(48)]
    public required string Id { get; set; }

    /// <summary>Gets or sets where it goes, and by which connection.</summary>
    [MaxLength(300)]
    public required string Place { get; set; }

    public DigestState State { get; set; }

    /// <summary>Gets or sets when it takes no more reports.</summary>
    public required DateTimeOffset ClosesAt { get; set; }

    /// <summary>Gets or sets how many reports it holds.</summary>
    public required int Count { get; set; }

    /// <summary>Gets or sets how many bytes of the message they take.</summary>
    public required int Bytes { get; set; }
}
