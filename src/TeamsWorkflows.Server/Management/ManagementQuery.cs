using System.Globalization;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.Server.Api;
using TeamsWorkflows.Server.Orchestrations;

namespace TeamsWorkflows.Server.Management;

/// <summary>Filters, as Durable Functions spells them in addresses.</summary>
internal static class ManagementQuery
{
    /// <summary>Reads statuses: the parameter may come several times, and each may hold several words with commas between.</summary>
    /// <returns>False when a word names none: it is not ignored, for a purge would take everything then.</returns>
    public static bool TryReadStatuses(string[]? given, out List<OrchestrationRuntimeStatus> statuses)
    {
        statuses = [];
        foreach (var word in (given ?? []).SelectMany(static g => g.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)))
        {
            if (!QueryText.TryRead<OrchestrationRuntimeStatus>(word, out var status))
            {
                return false;
            }

            statuses.Add(status!.Value);
        }

        return true;
    }

    /// <summary>Reads a time in any usual form; without an offset it is UTC.</summary>
    /// <returns>False when it is none.</returns>
    public static bool TryReadTime(string? text, out DateTimeOffset? time)
    {
        time = null;
        if (string.IsNullOrEmpty(text))
        {
            return true;
        }

        var isTime = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var read);
        time = isTime ? read : null;
        return isTime;
    }

    /// <summary>Reads a number of seconds, with or without decimals.</summary>
    public static TimeSpan? Seconds(double? seconds, TimeSpan most)
        => seconds is { } given and > 0 and < 1e6 ? TimeSpan.FromSeconds(Math.Min(given, most.TotalSeconds)) : null;

    public static FieldError Statuses() => new("runtimeStatus", QueryText.Choices<OrchestrationRuntimeStatus>());

    public static FieldError Time(string name) => new(name, QueryText.TimeExample);
}
