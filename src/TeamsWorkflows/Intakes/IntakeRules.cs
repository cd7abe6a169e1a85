using System.Text.Json;
using System.Text.RegularExpressions;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Intakes;

/// <summary>Says everything that is wrong with an intake besides its report, by field, and how to put it right.</summary>
internal static partial class IntakeRules
{
    public static void Validate(string id, IntakeDefinition definition, ReportErrors errors)
    {
        if (!EditRules.IsName(id))
        {
            errors.Add("id", EditRules.NameRule + ".");
        }

        if (definition.Tool is { } tool && !Enum.IsDefined(tool))
        {
            errors.Add("tool", $"Use one of: {string.Join(", ", Enum.GetNames<IntakeTool>())}.");
        }

        if (definition.Proof is { } proof && !Enum.IsDefined(proof))
        {
            errors.Add("proof", $"Use one of: {string.Join(", ", Enum.GetNames<IntakeProof>())}.");
        }

        if (definition.SecretHeader is { } header && (definition.Proof != IntakeProof.Secret || !HeaderPattern().IsMatch(header)))
        {
            errors.Add("secretHeader", "Give the name of a header that begins with X-, for the proof Secret; or leave it out.");
        }

        if (definition.ReplayWindow is { } window && (window < IntakeLimits.MinReplayWindow || window > IntakeLimits.MaxReplayWindow))
        {
            errors.Add("replayWindow", $"Give a time between {IntakeLimits.MinReplayWindow} and {IntakeLimits.MaxReplayWindow}, written as hh:mm:ss.");
        }

        if (definition.KeyField is { } field && !FieldPattern().IsMatch(field))
        {
            errors.Add("keyField", "Give names of members separated by dots, such as run.id.");
        }

        if (definition.Report is null)
        {
            errors.Add("report", "Give the report that a request becomes: the same as for POST /api/v1/reports.");
        }
        else if (definition.Report.Data is not { ValueKind: JsonValueKind.Object } data
            || !data.TryGetProperty(IntakeReport.Request, out var sample) || sample.ValueKind != JsonValueKind.Object)
        {
            errors.Add("report.data.request", "Give a sample of what the tool sends, an object: the template is tried with it now.");
        }
    }

    [GeneratedRegex("^X-[A-Za-z0-9-]{1,98}$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex HeaderPattern();

    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,64}(\.[A-Za-z0-9_-]{1,64}){0,7}$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FieldPattern();
}
