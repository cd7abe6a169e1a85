using System.CommandLine;
using System.Text.Json;
using TeamsWorkflows.Doctor;

namespace TeamsWorkflows.Cli;

/// <summary><c>teamsworkflows doctor</c>: how an environment is, or in what two differ; its exit code is a gate.</summary>
internal static class DoctorCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Command Create(TextWriter output, TextWriter error)
    {
        var environments = new Argument<string[]>("environment")
        {
            Description = "One or two servers (http...), or files with what 'doctor --json' printed.",
            Arity = new ArgumentArity(1, 2),
        };
        var token = new Option<string?>("--token") { Description = "An operator's access token; the default is the variable TEAMSWORKFLOWS_TOKEN.", HelpName = "TOKEN" };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var strict = new Option<bool>("--strict") { Description = "Let warnings fail the gate, too." };
        var command = new Command(
            "doctor",
            "Examines an environment, or compares two. Exit codes: 0 usable, 10 something is bad, 11 the two differ in what they should not, 12 warnings with --strict, 3 not reached.")
        {
            environments, token, json, strict,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var reports = new List<DoctorReport>();
            foreach (var environment in parsed.GetValue(environments)!)
            {
                var (report, problem) = await ReportSource.ReadAsync(
                    environment, parsed.GetValue(token) ?? Environment.GetEnvironmentVariable("TEAMSWORKFLOWS_TOKEN"), cancellationToken);
                if (report is null)
                {
                    await error.WriteLineAsync($"{environment}: {problem}");
                    return ExitCodes.NoInput;
                }

                reports.Add(report);
            }

            return reports is [var one] ? Show(output, one, parsed.GetValue(json), parsed.GetValue(strict)) : Compare(output, reports[0], reports[1], parsed.GetValue(json));
        });
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

/// <summary>Where reports come from: a server, or a file.</summary>
internal static class ReportSource
{
    /// <returns>The report, or why there is none.</returns>
    public static async Task<(DoctorReport? Report, string? Problem)> ReadAsync(string environment, string? token, CancellationToken cancellationToken)
    {
        try
        {
            return (DoctorReport.FromJson(
                Uri.TryCreate(environment, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
                    ? await AskAsync(address, token, cancellationToken)
                    : await File.ReadAllTextAsync(environment, cancellationToken)), null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or HttpRequestException or JsonException)
        {
            return (null, e.Message);
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, "It does not answer in time.");
        }
    }

    private static async Task<string> AskAsync(Uri server, string? token, CancellationToken cancellationToken)
    {
#pragma warning disable RS0030 // one client for the life of the command
        using var http = new HttpClient();
#pragma warning restore RS0030
        http.DefaultRequestHeaders.Authorization = token is null ? null : new("Bearer", token);
        using var response = await http.GetAsync(new Uri(server, "/api/v1/doctor"), cancellationToken);
        return response.IsSuccessStatusCode
            ? await response.Content.ReadAsStringAsync(cancellationToken)
            : throw new HttpRequestException($"The server answers {(int)response.StatusCode}. Give an operator's token by --token or TEAMSWORKFLOWS_TOKEN.");
    }
}
