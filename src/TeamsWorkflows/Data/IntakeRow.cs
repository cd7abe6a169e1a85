using System.ComponentModel.DataAnnotations;
using TeamsWorkflows.Intakes;

namespace TeamsWorkflows.Data;

/// <summary>An address of its own for one scenario of another tool.</summary>
public sealed class IntakeRow
{
    /// <summary>Gets or sets the name in its address: lower-case letters, digits and dashes.</summary>
    [MaxLength(64)]
    public required string Id { get; set; }

    /// <summary>Gets or sets which intake of that name it is: one that was deleted and made anew is another.</summary>
    public required Guid Uid { get; set; }

    /// <summary>Gets or sets whose reports it hands over, and who may change it besides administrators.</summary>
    [MaxLength(200)]
    public required string Publisher { get; set; }

    public required IntakeTool Tool { get; set; }

    public required IntakeProof Proof { get; set; }

    /// <summary>Gets or sets the header that holds the secret, when that is the proof.</summary>
    [MaxLength(100)]
    public required string SecretHeader { get; set; }

    public required TimeSpan ReplayWindow { get; set; }

    /// <summary>Gets or sets where a body holds its idempotency key; null: nowhere.</summary>
    [MaxLength(600)]
    public string? KeyField { get; set; }

    /// <summary>Gets or sets the report's template as JSON, protected: its destinations may hold secrets.</summary>
    public required byte[] ProtectedReport { get; set; }

    /// <summary>Gets or sets the secret, protected.</summary>
    public required byte[] ProtectedSecret { get; set; }

    /// <summary>Gets or sets the secret before, protected; null: there was none.</summary>
    public byte[]? ProtectedPreviousSecret { get; set; }

    /// <summary>Gets or sets until when the secret before is good.</summary>
    public DateTimeOffset? PreviousSecretUntil { get; set; }

    public required bool IsEnabled { get; set; }

    /// <summary>Gets or sets who defined it, and may therefore change it.</summary>
    public required Origin Origin { get; set; }

    /// <summary>Gets or sets who changed it last.</summary>
    [MaxLength(320)]
    public required string LastActor { get; set; }

    /// <summary>Gets or sets who made it and changed it, as JSON: with four eyes they may not approve its reports; null in those of older releases.</summary>
    public string? Authors { get; set; }

    public DateTimeOffset? LastAt { get; set; }

    /// <summary>Gets or sets how often somebody changed it: what an ETag names.</summary>
    public required long Version { get; set; }

    public required DateTimeOffset CreatedAt { get; set; }
}
