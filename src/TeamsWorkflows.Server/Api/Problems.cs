using System.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Server.Api;

/// <summary>Refusals as RFC 9457 problem details: a stable type to branch on, and a detail that says what to change.</summary>
internal static class Problems
{
    public static ProblemHttpResult Of(
        int status, string code, string title, string detail, IReadOnlyDictionary<string, string[]>? errors = null)
        => TypedResults.Problem(Details(status, code, title, detail, errors));

    public static ProblemHttpResult NotFound(string what, string id)
        => Of(StatusCodes.Status404NotFound, "not-found", "Not found", $"There is no {what} '{id}'. Check the identifier.");

    /// <summary>422: what was sent can be read, and is wrong.</summary>
    /// <param name="what">What it is, such as <c>report</c>; the type is <c>invalid-report</c> then.</param>
    /// <param name="errors">What is wrong, by the field's JSON path.</param>
    public static ProblemHttpResult Invalid(string what, string title, IReadOnlyDictionary<string, string[]> errors)
        => Of(StatusCodes.Status422UnprocessableEntity, $"invalid-{what}", title, ReportErrors.Line(errors), errors);

    public static ProblemHttpResult InvalidParameter(string name, string fix) => Of(
        StatusCodes.Status400BadRequest,
        "invalid-parameter",
        "A parameter is invalid",
        fix,
        new Dictionary<string, string[]>(StringComparer.Ordinal) { [name] = [fix] });

    public static ProblemDetails Details(
        int status, string code, string title, string detail, IReadOnlyDictionary<string, string[]>? errors = null)
    {
        var problem = new ProblemDetails { Status = status, Type = ProblemCatalog.Prefix + code, Title = title, Detail = detail };
        if (errors is not null)
        {
            problem.Extensions["errors"] = errors;
        }

        if (Activity.Current?.Id is { } trace)
        {
            problem.Extensions["traceId"] = trace;
        }

        return problem;
    }
}
