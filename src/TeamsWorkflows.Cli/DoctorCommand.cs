using System.CommandLine;
using System.Text.Json;
using TeamsWorkflows.Cli.Profiles;
using TeamsWorkflows.Doctor;

namespace TeamsWorkflows.Cli;

/// <summary><c>teamsworkflows doctor</c>: how an environment is, or in what two differ; its exit code is a gate.</summary>
internal static class DoctorCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Command Create(Shell shell)
    {
        var profiles = ProfileStore.OfUser();
        var environments = new Argument<string[]>("environment")
        {
            Description = "One or two servers (http...), profiles, or files with what 'doctor --json' printed.",
            Arity = new ArgumentArity(1, 2),
        };
        environments.CompletionSources.Add(_ => profiles.Read().Profiles.Select(static p => new System.CommandLine.Completions.CompletionItem(p.Name)));
        var token = new Option<string[]>("--token")
        {
            Description = "An operator's access token, in place of the sign-in to that server; for two servers, once for each, in their order.",
            HelpName = "TOKEN",
            DefaultValueFactory = static _ => [],
        };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var strict = new Option<bool>("--strict") { Description = "Let warnings fail the gate, too; for one environment." };
        var command = new Command(
            "doctor",
            "Examines an environment, or compares two. Exit codes: 0 usable, 10 something is bad, 11 the two differ in what they should not, 12 warnings with --strict, 3 not reached.")
        {
            environments, token, json, strict,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(strict) && result.GetValue(environments) is { Length: > 1 })
            {
                result.AddError("--strict: a comparison has no warnings. Examine each of the two by itself.");
            }
        });
        command.SetAction((parsed, cancellationToken) => Ends.CatchAsync(shell, parsed.GetValue(json), async () =>
        {
            var sources = new ReportSources(shell, profiles, parsed, parsed.GetValue(token)!);
            List<DoctorReport> reports = [];
            foreach (var source in sources.Of(parsed.GetRequiredValue(environments)))
            {
                reports.Add(await source(cancellationToken));
            }

            return reports is [var one]
                ? Show(shell.Output, one, parsed.GetValue(json), parsed.GetValue(strict))
                : Compare(shell.Output, reports[0], reports[1], parsed.GetValue(json));
        }));
        return command;
    }

    private static int Show(TextWriter output, DoctorReport report, bool asJson, bool isStrict)
    {
        if (asJson)
        {
            output.WriteLine(report.ToJson());
        }
        else
        {
            DoctorPrint.Report(output, report);
        }

        return !report.IsUsable ? ExitCodes.Unusable
            : isStrict && report.Findings.Any(static f => f.Result == CheckResult.Warning) ? ExitCodes.Warnings
            : ExitCodes.Done;
    }

    private static int Compare(TextWriter output, DoctorReport left, DoctorReport right, bool asJson)
    {
        var differences = EnvironmentComparison.Compare(left, right);
        if (asJson)
        {
            output.WriteLine(JsonSerializer.Serialize(differences, Json));
        }
        else
        {
            DoctorPrint.Differences(output, differences);
        }

        return differences.All(static d => d.IsExpected) ? ExitCodes.Done : ExitCodes.Drift;
    }
}
