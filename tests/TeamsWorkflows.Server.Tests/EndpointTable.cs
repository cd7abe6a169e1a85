using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;

namespace TeamsWorkflows.Server.Tests;

/// <summary>Every endpoint, with who may use it: P(ublisher), V (approver), O(perator), A(dministrator); * is anybody.</summary>
/// <remarks>Whoever adds an endpoint adds a row; without one, a test fails.</remarks>
internal static partial class EndpointTable
{
    public static IReadOnlyDictionary<string, string> Rows { get; } =
        """
        POST /api/v1/reports P
        POST /api/v1/reports/preview P
        GET /api/v1/reports/{id} POA
        GET /api/v1/reports/{id}/receipt POA
        POST /api/v1/reports/{id}/cancel OA
        GET /api/v1/deliveries POA
        GET /api/v1/deliveries/{id} POA
        POST /api/v1/deliveries/{id}/cancel OA
        POST /api/v1/deliveries/{id}/decide OA
        POST /api/v1/deliveries/{id}/resend OA
        GET /api/v1/schedules POA
        GET /api/v1/schedules/plan POA
        GET /api/v1/schedules/{id} POA
        PUT /api/v1/schedules/{id} PA
        DELETE /api/v1/schedules/{id} PA
        POST /api/v1/schedules/{id}/preview PA
        GET /api/v1/schedules/{id}/upcoming POA
        GET /api/v1/schedules/{id}/occurrences POA
        POST /api/v1/schedules/{id}/pause POA
        POST /api/v1/schedules/{id}/resume POA
        POST /api/v1/schedules/{id}/trigger POA
        POST /api/v1/schedules/{id}/backfill POA
        POST /api/v1/intakes/{id} *
        GET /api/v1/intakes POA
        GET /api/v1/intakes/{id} POA
        PUT /api/v1/intakes/{id} PA
        POST /api/v1/intakes/{id}/rotate PA
        DELETE /api/v1/intakes/{id} PA
        GET /api/v1/approvals VOA
        GET /api/v1/approvals/{id} VOA
        POST /api/v1/approvals/{id}/decide VOA
        GET /api/v1/cases OA
        GET /api/v1/cases/{id} OA
        POST /api/v1/cases/{id}/sign-in OA
        POST /api/v1/cases/{id}/resolve OA
        PUT /api/v1/cases/{id}/steps/{step} OA
        DELETE /api/v1/cases/{id}/steps/{step} OA
        GET /api/v1/cases/{id}/guided-test OA
        POST /api/v1/cases/{id}/guided-test OA
        GET /api/v1/cases/{id}/packet OA
        GET /api/v1/cases/{id}/packet.md OA
        GET /api/v1/connections OA
        GET /api/v1/connections/{id} OA
        POST /api/v1/connections/{id}/sign-in OA
        POST /api/v1/connections/{id}/probe OA
        POST /api/v1/connections/{id}/device-sign-in OA
        GET /api/v1/connections/{id}/device-sign-in OA
        POST /api/v1/connections A
        GET /api/v1/connections/{id}/consent OA
        POST /api/v1/connections/{id}/consent A
        GET /api/v1/connections/interactive OA
        GET /api/v1/connections/expiries OA
        GET /api/v1/connections/expiries.ics OA
        GET /api/v1/connections/compare OA
        GET /api/v1/connections/{id}/history OA
        GET /api/v1/connections/{id}/dependents OA
        POST /api/v1/connections/{id}/changes OA
        GET /api/v1/connections/calendar-keys OA
        POST /api/v1/connections/calendar-keys A
        DELETE /api/v1/connections/calendar-keys/{id:guid} A
        GET /api/v1/runbooks OA
        GET /api/v1/runbooks/{**id} OA
        GET /api/v1/doctor OA
        GET /api/v1/orchestrations A
        GET /api/v1/orchestrations/{id} A
        GET /api/v1/orchestrations/{id}/history A
        GET /api/v1/orchestrations/{id}/history/export A
        POST /api/v1/orchestrations/{id}/terminate A
        POST /api/v1/orchestrations/{id}/suspend A
        POST /api/v1/orchestrations/{id}/resume A
        POST /api/v1/orchestrations/{id}/rewind A
        POST /api/v1/orchestrations/{id}/restart A
        POST /api/v1/orchestrations/{id}/purge A
        POST /api/v1/orchestrations/{id}/raise-event/{name} A
        POST /api/v1/orchestrations/bulk A
        GET /api/v1/orchestrations/histogram A
        POST /api/v1/diagnoses OA
        GET /api/v1/events OA
        GET /api/v1/audit A
        GET /api/v1/audit/export A
        GET /api/v1/audit/verification A
        GET /runtime/webhooks/durabletask/instances A
        GET /runtime/webhooks/durabletask/instances/{id} A
        DELETE /runtime/webhooks/durabletask/instances/{id} A
        DELETE /runtime/webhooks/durabletask/instances A
        POST /runtime/webhooks/durabletask/orchestrators/{functionName}/{id?} A
        POST /runtime/webhooks/durabletask/instances/{id}/raiseEvent/{eventName} A
        POST /runtime/webhooks/durabletask/instances/{id}/terminate A
        POST /runtime/webhooks/durabletask/instances/{id}/suspend A
        POST /runtime/webhooks/durabletask/instances/{id}/resume A
        POST /runtime/webhooks/durabletask/instances/{id}/rewind A
        POST /runtime/webhooks/durabletask/instances/{id}/restart A
        GET /calendar/{key}.ics *
        GET /openapi/{documentName}.json *
        GET /api/reference *
        GET /health/live *
        GET /health/ready *
        GET /health/startup *
        GET /.well-known/oauth-protected-resource *
        GET / OA
        GET /cases OA
        GET /cases/{id} OA
        GET /cases/{id}/packet.md OA
        POST /cases/{id}/sign-in OA
        POST /cases/{id}/resolve OA
        POST /cases/{id}/guided-test OA
        POST /cases/{id}/steps/{step}/tick OA
        POST /cases/{id}/steps/{step}/untick OA
        GET /doctor OA
        POST /doctor OA
        POST /connections/{id}/doctor OA
        GET /deliveries OA
        GET /deliveries/{id} OA
        POST /deliveries/{id}/cancel OA
        POST /deliveries/{id}/decide OA
        POST /deliveries/{id}/resend OA
        GET /connections OA
        GET /connections/compare OA
        GET /connections/{id} OA
        GET /connections/{id}/probe OA
        POST /connections/{id}/probe OA
        POST /connections/{id}/changes OA
        POST /connections/{id}/sign-in OA
        POST /connections/{id}/device-sign-in OA
        GET /connections/{id}/device-sign-in OA
        POST /connections/{id}/consent A
        GET /schedules OA
        GET /schedules/{id} OA
        POST /schedules/{id}/act OA
        GET /orchestrations A
        GET /orchestrations/{id} A
        GET /orchestrations/{id}/diagram.svg A
        GET /orchestrations/{id}/history.json A
        GET /orchestrations/{id}/{part:regex(^(input|output|custom-status)$)}.json A
        POST /orchestrations/{id}/act A
        POST /orchestrations/{id}/raise A
        POST /orchestrations/bulk A
        GET /orchestrations/bulk/{run} A
        GET /orchestrations/import A
        POST /orchestrations/import A
        POST /orchestrations/views A
        POST /orchestrations/views/delete A
        POST /orchestrations/columns A
        GET /schedules/plan OA
        GET /diagnose OA
        POST /diagnose OA
        GET /runbooks/{**id} OA
        GET /go OA
        GET /templates OA
        POST /templates OA
        GET /settings A
        GET /live *
        POST /time *
        GET /assets/…/console.js *
        GET /audit A
        GET /audit/export.jsonl A
        GET /approvals VOA
        GET /approvals/{id} VOA
        POST /approvals/{id}/decide VOA
        GET /approve *
        POST /approve *
        GET /approve/done *
        POST /signout PVOA
        GET /signed-out *
        GET /signin/callback *
        POST /signin/callback *
        GET /assets/…/console.css *
        GET /assets/…/icon.svg *
        GET /assets/…/scalar.js *
        GET /assets/…/reference.js *
        """.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .ToDictionary(static row => row[..row.LastIndexOf(' ')], static row => row[(row.LastIndexOf(' ') + 1)..], StringComparer.Ordinal);

    /// <summary>Whether an endpoint is for programs: a bearer token counts there, and no cookie.</summary>
    public static bool IsForPrograms(string row) => row.Contains(" /api/", StringComparison.Ordinal) || row.Contains(" /runtime/", StringComparison.Ordinal);

    /// <summary>The endpoints of a server, as rows of the table name them.</summary>
    public static IEnumerable<string> Of(EndpointDataSource endpoints) => endpoints.Endpoints.OfType<RouteEndpoint>()
        .SelectMany(static e => (e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"])
            .Where(static m => m != "HEAD")
            .Select(m => $"{m} {Name(e.RoutePattern.RawText!)}"))
        .Distinct(StringComparer.Ordinal);

    public static string Method(string row) => row[..row.IndexOf(' ')];

    /// <summary>An address that a row stands for, of something that is not there.</summary>
    public static string Path(string row)
        => Part().Replace(row[(row.IndexOf(' ') + 1)..].Replace("{part:regex(^(input|output|custom-status)$)}", "input", StringComparison.Ordinal), "none")
            .Replace("calendar-keys/none", $"calendar-keys/{Guid.Empty}", StringComparison.Ordinal);

    // The version in an asset's address changes with its content.
    private static string Name(string pattern)
    {
        var name = "/" + pattern.Trim('/');
        return name.StartsWith("/assets/", StringComparison.Ordinal) ? $"/assets/…{name[name.LastIndexOf('/')..]}" : name;
    }

    [GeneratedRegex(@"\{[^}]+\}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Part();
}
