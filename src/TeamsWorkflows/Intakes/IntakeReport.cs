using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Reports.Content;

namespace TeamsWorkflows.Intakes;

/// <summary>The report of one request: the intake's template, with the request in its data. Pure.</summary>
internal static class IntakeReport
{
    public const string Request = "request";

    /// <param name="request">The body, an object; null: the template's own sample stands in for it.</param>
    public static ReportRequest Of(ReportRequest template, string intakeId, JsonObject? request)
        => template.WithData(data =>
        {
            data["intakeId"] = intakeId;
            if (request is not null)
            {
                data[Request] = request;
            }
        });

    /// <summary>Reads a text or a number out of a body.</summary>
    /// <param name="path">Names of members, separated by dots.</param>
    /// <returns>Null: there is none.</returns>
    public static string? Field(JsonObject body, string path)
    {
        JsonNode? found = body;
        foreach (var name in path.Split('.'))
        {
            found = found is JsonObject parent && parent.TryGetPropertyValue(name, out var member) ? member : null;
        }

        return found?.GetValueKind() switch
        {
            JsonValueKind.String => found.GetValue<string>(),
            JsonValueKind.Number => found.ToJsonString().ToString(CultureInfo.InvariantCulture),
            _ => null,
        };
    }
}
