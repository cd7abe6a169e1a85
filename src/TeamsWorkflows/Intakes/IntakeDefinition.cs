using System.ComponentModel.DataAnnotations;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Intakes;

/// <summary>An address of its own for one scenario of another tool, and the report that its requests become.</summary>
/// <param name="Tool">Which tool calls it; null: another program.</param>
/// <param name="Proof">How the tool proves who it is; null: by a signature.</param>
/// <param name="SecretHeader">The header that holds the secret, when that is the proof; null: <c>X-Intake-Secret</c>.</param>
/// <param name="ReplayWindow">How old a signed request may be; null: 5 minutes; at most an hour.</param>
/// <param name="KeyField">Where the body holds the idempotency key when no header does, such as <c>run.id</c>; null: nowhere.</param>
/// <param name="Report">The template; it sees the body as <c>request</c>, of which its <c>data.request</c> is a sample.</param>
/// <param name="IsEnabled">Whether it takes anything; null: it does.</param>
public sealed record IntakeDefinition(
    IntakeTool? Tool,
    IntakeProof? Proof,
    string? SecretHeader,
    TimeSpan? ReplayWindow,
    string? KeyField,
    [property: Required] ReportRequest? Report,
    bool? IsEnabled = null);

/// <summary>A tool that hands reports over.</summary>
public enum IntakeTool
{
    Other,
    PowerAutomate,
    N8n,
    Make,
    Zapier,
}

/// <summary>How a caller of an intake proves who it is.</summary>
public enum IntakeProof
{
    /// <summary>HMAC-SHA-256 of time and body.</summary>
    Signature,

    /// <summary>The secret itself in a header, for tools that cannot sign.</summary>
    Secret,
}

/// <summary>The limits of an intake.</summary>
public static class IntakeLimits
{
    /// <summary>Most bytes of a request: 1 MiB.</summary>
    public const int MaxBodyBytes = 1024 * 1024;

    public const int MaxKeyLength = 200;
    public const string DefaultSecretHeader = "X-Intake-Secret";

    public static readonly TimeSpan MinReplayWindow = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan MaxReplayWindow = TimeSpan.FromHours(1);

    internal static readonly TimeSpan DefaultReplayWindow = TimeSpan.FromMinutes(5);

    /// <summary>How long the secret before stays good after a new one was made.</summary>
    internal static readonly TimeSpan SecretOverlap = TimeSpan.FromDays(1);
}
