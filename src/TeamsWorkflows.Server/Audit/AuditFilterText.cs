using System.Globalization;
using TeamsWorkflows.Audit;
using TeamsWorkflows.Server.Api;

namespace TeamsWorkflows.Server.Audit;

/// <summary>What somebody asks of the audit log, as it stands in an address.</summary>
public sealed record AuditFilterText(string? Actor, string? Action, string? Target, string? From, string? To)
{
    /// <returns>False when a time is none; <paramref name="wrong"/> says which.</returns>
    internal bool TryRead(long? before, int pageSize, out AuditQuery query, out string wrong)
    {
        (query, wrong) = (new(), "");
        if (!QueryText.TryReadTime(From, out var from))
        {
            wrong = "from";
            return false;
        }

        if (!QueryText.TryReadTime(To, out var to))
        {
            wrong = "to";
            return false;
        }

        query = new(QueryText.Given(Actor), QueryText.Given(Action), QueryText.Given(Target), from, to, before, pageSize);
        return true;
    }

    /// <returns>The address's part behind the question mark for the page after the entry.</returns>
    internal string Next(long last)
        => QueryText.Parts(("actor", Actor), ("action", Action), ("target", Target), ("from", From), ("to", To)) + string.Create(CultureInfo.InvariantCulture, $"before={last}");
}
