using System.ComponentModel.DataAnnotations;

namespace TeamsWorkflows.Data;

/// <summary>Something that a person has set for the console, such as a saved view.</summary>
public sealed class ConsoleSettingRow
{
    /// <summary>Gets or sets whose it is: Entra's identifier of the person.</summary>
    [MaxLength(100)]
    public required string Owner { get; set; }

    /// <summary>Gets or sets what kind of thing it is.</summary>
    [MaxLength(32)]
    public required string Kind { get; set; }

    [MaxLength(100)]
    public required string Name { get; set; }

    [MaxLength(4_000)]
    public required string Value { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }
}
