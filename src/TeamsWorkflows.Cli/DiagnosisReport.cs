using System.Globalization;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Cli;

/// <summary>A verdict for people, with its reasons.</summary>
internal static class DiagnosisReport
{
    public static void Print(TextWriter output, Diagnosis diagnosis)
    {
        output.WriteLine(diagnosis.Summary);
        output.WriteLine();
        Say(output, $"  what       {diagnosis.Class}{(diagnosis.Subclass is null ? "" : $" ({diagnosis.Subclass})")}, layer {diagnosis.Layer.Label()}");
        Say(output, $"  do         {diagnosis.Action.Label()}");
        Say(output, $"  retry      {diagnosis.Retry.Label()}{(diagnosis.RetryAfter is { } wait ? $", {wait.TotalSeconds:F0} s" : "")}");
        Say(output, $"  sure       {diagnosis.ConfidenceLevel} ({diagnosis.Confidence:P0})");
        if (diagnosis.Secondary is { } secondary)
        {
            Say(output, $"  and also   {secondary.Class}, because of {secondary.Because}");
        }

        if (diagnosis.Code is { } code)
        {
            Say(output, $"  code       {code}");
        }

        Say(output, $"  runbook    {diagnosis.Runbook}");
        output.WriteLine();
        output.WriteLine("Because");
        foreach (var step in diagnosis.Trace!.Steps)
        {
            Say(output, $"  {JsonName(step.Role),-9}  {step.Rule}: {step.Evidence} -> {step.Says}");
        }

        output.WriteLine();
        Say(output, $"Would change it: {diagnosis.Trace.WouldChange} (rules {diagnosis.Trace.RulesVersion})");
    }

    private static string JsonName(TraceRole role) => role.ToString().ToLowerInvariant();

    private static void Say(TextWriter output, FormattableString line) => output.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
