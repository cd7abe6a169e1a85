using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Cases.Runbooks;
using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Cases;

/// <summary>Which failures of a connection are one case: those that ask for the same thing for the same reason.</summary>
/// <param name="Class">The failure's class; whatever a sign-in cures is one case, and so is a loop of sign-ins, of whatever class.</param>
internal readonly record struct CaseKey(OperatorAction Cause, string Class)
{
    public static CaseKey Of(Diagnosis diagnosis) => new(
        diagnosis.Action,
        diagnosis.Action == OperatorAction.Reconnect || diagnosis.Runbook == RunbookShelf.ReconnectLoop ? FailureClasses.RefreshBroken : diagnosis.Class);

    /// <summary>The open case that a failure belongs to.</summary>
    /// <remarks>Another sign-in does not help a connection whose sign-ins never last: it joins the case that says so.</remarks>
    public static Task<CaseRow?> FindOpenAsync(ProductDb db, string connectionId, Diagnosis diagnosis, CancellationToken cancellationToken)
    {
        var (cause, @class) = Of(diagnosis);
        return db.Cases.OrderBy(c => c.OpenedAt).FirstOrDefaultAsync(
            c => (c.ConnectionId == connectionId || c.Others.Any(o => o.ConnectionId == connectionId)) && c.ClosedAt == null
                && ((c.Cause == cause && (c.Class == @class || c.Class == ""))
                    || (c.Runbook == RunbookShelf.ReconnectLoop && cause == OperatorAction.Reconnect)),
            cancellationToken);
    }
}
