using System.Diagnostics.CodeAnalysis;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.Server.Api;

namespace TeamsWorkflows.Server.Orchestrations;

/// <summary>A field of a request that cannot be as it is.</summary>
/// <param name="Fix">A sentence that says what can.</param>
public sealed record FieldError(string Field, string Fix);

/// <summary>Which orchestrations, as an address or a body says it. Every condition that is given must hold.</summary>
/// <param name="Status">Any of these runtime statuses; empty: any at all.</param>
/// <param name="Prefix">The identifier begins so.</param>
/// <param name="Name">The orchestrator's name, in any casing.</param>
/// <param name="CreatedFrom">Created at or after this time.</param>
/// <param name="CreatedTo">Created before this time.</param>
/// <param name="Tag">Each as name=value.</param>
/// <param name="NotStatus">None of these runtime statuses.</param>
/// <param name="NotName">None of these orchestrators' names, in any casing.</param>
public sealed record OrchestrationFilter(
    string[]? Status = null,
    string? Prefix = null,
    string? Name = null,
    string? CreatedFrom = null,
    string? CreatedTo = null,
    string[]? Tag = null,
    string[]? NotStatus = null,
    string[]? NotName = null)
{
    /// <summary>Nothing began before.</summary>
    internal static readonly DateTimeOffset Earliest = DateTimeOffset.UnixEpoch;

    /// <summary>Nothing begins later, and there is room to count in.</summary>
    internal static readonly DateTimeOffset Latest = new(3000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Reads the filter of a list's address where a form has the body for itself.</summary>
    internal static OrchestrationFilter OfAddress(IQueryCollection query) => new(
        All(query["status"]), query["prefix"], query["name"], query["createdFrom"], query["createdTo"], All(query["tag"]), All(query["notStatus"]), All(query["notName"]));

    private static string[]? All(IEnumerable<string?> values) => [.. values.OfType<string>()];

    /// <returns>False when something given cannot be; then <paramref name="error"/> says what.</returns>
    public bool TryRead([NotNullWhen(true)] out OrchestrationQuery? query, [NotNullWhen(false)] out FieldError? error)
    {
        (query, error) = (null, null);
        if (!TryReadStatuses(out var statuses, out error))
        {
            return false;
        }

        if (!QueryText.TryReadTime(CreatedFrom, out var from))
        {
            error = new("createdFrom", QueryText.TimeExample);
            return false;
        }

        if (!QueryText.TryReadTime(CreatedTo, out var to))
        {
            error = new("createdTo", QueryText.TimeExample);
            return false;
        }

        if (from >= to)
        {
            error = new("createdTo", "Give a time after createdFrom.");
            return false;
        }

        Dictionary<string, string> tags = new(StringComparer.Ordinal);
        foreach (var tag in (Tag ?? []).Where(static t => t.Length > 0))
        {
            var at = tag.IndexOf('=', StringComparison.Ordinal);
            if (at < 1)
            {
                error = new("tag", "Give a tag as name=value.");
                return false;
            }

            tags[tag[..at]] = tag[(at + 1)..];
        }

        query = new(statuses, QueryText.Given(Prefix), Within(from), Within(to)) { Name = QueryText.Given(Name), NotNames = [.. (NotName ?? []).Select(QueryText.Given).OfType<string>()], Tags = new(tags) };
        return true;
    }

    /// <returns>The filter as an address says it, each part with an ampersand behind it; empty when nothing is asked for.</returns>
    public string ToQueryString() => QueryText.Parts(
        [
            .. (Status ?? []).Select(static s => ("status", (string?)s)),
            ("prefix", Prefix),
            ("name", Name),
            ("createdFrom", CreatedFrom),
            ("createdTo", CreatedTo),
            .. (Tag ?? []).Select(static t => ("tag", (string?)t)),
            .. (NotStatus ?? []).Select(static s => ("notStatus", (string?)s)),
            .. (NotName ?? []).Select(static n => ("notName", (string?)n)),
        ]);

    // Stores look for statuses, not for their absence: those that are left are named.
    private bool TryReadStatuses([NotNullWhen(true)] out IReadOnlyCollection<OrchestrationRuntimeStatus>? statuses, [NotNullWhen(false)] out FieldError? error)
    {
        statuses = null;
        if (!TryReadStatuses("status", Status, out var wanted, out error) || !TryReadStatuses("notStatus", NotStatus, out var unwanted, out error))
        {
            return false;
        }

        IEnumerable<OrchestrationRuntimeStatus> among = wanted.Count > 0 || unwanted.Count == 0 ? wanted : Enum.GetValues<OrchestrationRuntimeStatus>();
        OrchestrationRuntimeStatus[] left = [.. among.Except(unwanted)];
        if (unwanted.Count > 0 && left.Length == 0)
        {
            error = new("notStatus", "status and notStatus leave no status: take one of them back.");
            return false;
        }

        statuses = left;
        return true;
    }

    private static bool TryReadStatuses(
        string field, string[]? words, out List<OrchestrationRuntimeStatus> statuses, [NotNullWhen(false)] out FieldError? error)
    {
        (statuses, error) = ([], null);
        foreach (var word in words ?? [])
        {
            if (!QueryText.TryRead<OrchestrationRuntimeStatus>(word, out var status))
            {
                error = new(field, QueryText.Choices<OrchestrationRuntimeStatus>());
                return false;
            }

            statuses.AddRange(status is { } one ? [one] : []);
        }

        return true;
    }

    private static DateTimeOffset? Within(DateTimeOffset? at) => at < Earliest ? Earliest : at > Latest ? Latest : at;
}
