using System.Text.Json;
using System.Text.Json.Serialization;
using TeamsWorkflows.Connections;

namespace TeamsWorkflows.Doctor;

/// <summary>How one environment is: what it consists of, and what was found when it was tried (R93-R95).</summary>
/// <param name="MadeAt">UTC.</param>
public sealed record DoctorReport(DateTimeOffset MadeAt, Inventory Inventory, IReadOnlyList<Finding> Findings)
{
    /// <summary>Gets a value indicating whether the environment can be used; warnings do not count.</summary>
    [JsonIgnore]
    public bool IsUsable => Findings.All(static f => f.Result != CheckResult.Bad);

    public string ToJson() => JsonSerializer.Serialize(this, DoctorJson.Default.DoctorReport);

    /// <exception cref="JsonException">It is not a report.</exception>
    public static DoctorReport FromJson(string json)
        => JsonSerializer.Deserialize(json, DoctorJson.Default.DoctorReport) is { Inventory: not null, Findings: not null } report
            ? report
            : throw new JsonException("This is not a report of the doctor.");
}

/// <summary>What an environment consists of; no secret is in it.</summary>
/// <param name="RedirectUri">Where sign-ins come back to.</param>
public sealed record Inventory(Uri AuthorityHost, Uri GraphAddress, Uri RedirectUri, string Release, IReadOnlyList<InventoryConnection> Connections);

/// <param name="Credential">Its kind, and its end when that is known.</param>
public sealed record InventoryConnection(
    string Id, string Environment, AuthModel AuthModel, string TenantId, string ClientId, string? Username, string Credential, IReadOnlyList<string> Scopes, string Owner);

/// <summary>One thing that was tried.</summary>
/// <param name="Subject">On what: a host, a connection, a folder.</param>
/// <param name="Fix">What to do; null when it is good.</param>
public sealed record Finding(string Check, string Subject, CheckResult Result, string Detail, string? Fix = null)
{
    /// <summary>Gets the connection that it is about; null: something that all of them share.</summary>
    public string? Connection { get; init; }

    /// <summary>Gets the runbook that says how it is put right; null: there is none, or nothing to be done.</summary>
    public string? Runbook { get; init; }

    public static Finding Good(string check, string subject, string detail) => new(check, subject, CheckResult.Good, detail);
}

public enum CheckResult
{
    Good,
    Warning,
    Bad,
}

/// <summary>Something that can be tried in an environment. It changes nothing there.</summary>
public interface IDoctorCheck
{
    /// <param name="connectionId">Only what is of this connection alone; null: everything.</param>
    Task<IReadOnlyList<Finding>> RunAsync(string? connectionId, CancellationToken cancellationToken);
}

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, UseStringEnumConverter = true, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DoctorReport))]
internal sealed partial class DoctorJson : JsonSerializerContext;
