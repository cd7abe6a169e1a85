using System.CommandLine;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Cli;

/// <summary><c>teamsworkflows diagnose</c>: verdicts on files of failures, on labelled ones, or on one pasted text.</summary>
internal static class DiagnoseCommand
{
    public static Command Create(TextReader input, TextWriter output, TextWriter error, TimeProvider time)
    {
        var jsonl = new Option<string?>("--jsonl") { Description = "File of failures, one JSON object a line ('-' for standard input): prints one verdict a line.", HelpName = "FILE" };
        var score = new Option<string?>("--score") { Description = "File of labelled failures: prints how often verdicts and labels agree.", HelpName = "FILE" };
        var json = new Option<bool>("--json") { Description = "Print the verdict on one text as JSON." };
        var surface = new Option<string?>("--surface") { Description = "Where the text was seen; guessed when left out." };
        surface.AcceptOnlyFromAmong([.. Enum.GetValues<FailureSurface>().Select(s => s.Label())]);
        var status = new Option<int?>("--status") { Description = "The HTTP status, when the text does not begin with a status line." };
        var header = new Option<string[]>("--header") { Description = "A header of the answer, as 'Name: value'.", HelpName = "HEADER", DefaultValueFactory = _ => [] };
        var text = new Argument<string?>("text") { Description = "An error message, a body, or a whole HTTP answer; from standard input when left out.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("diagnose", "Says what a failure is, why, and what helps. Nothing leaves this machine.")
        {
            jsonl, score, json, surface, status, header, text,
        };
        command.Validators.Add(result =>
        {
            var modes = new[] { result.GetValue(jsonl), result.GetValue(score), result.GetValue(text) }.Count(m => m is not null);
            if (modes > 1)
            {
                result.AddError("Give one of --jsonl, --score and a text.");
            }
        });
        command.Validators.Add(result =>
        {
            if (result.GetValue(text) is { } word && word.StartsWith("--", StringComparison.Ordinal))
            {
                result.AddError($"There is no option '{word}'.");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var files = new FailureFiles(input, error, time);
            if (parsed.GetValue(jsonl) is { } records)
            {
                return await files.ReadAsync(
                    records, r => output.WriteLine(DiagnosisJson.Line(r.Id, Diagnostician.Diagnose(r.Evidence))), cancellationToken);
            }

            if (parsed.GetValue(score) is { } labelled)
            {
                return await ScoreAsync(files, labelled, output, error, cancellationToken);
            }

            var pasted = PastedExchange.Read(
                parsed.GetValue(text) ?? await input.ReadToEndAsync(cancellationToken),
                FailureVocabulary.ParseSurface(parsed.GetValue(surface)),
                parsed.GetValue(status),
                parsed.GetValue(header) ?? [],
                time.GetUtcNow());
            Answer(output, Diagnostician.Diagnose(pasted), parsed.GetValue(json));
            return ExitCodes.Done;
        });
        return command;
    }

    private static async Task<int> ScoreAsync(
        FailureFiles files, string file, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        var (score, unlabelled) = (new Score(), 0);
        var code = await files.ReadAsync(
            file,
            r =>
            {
                if (r.Label is { } label)
                {
                    score.Add(r.Id, label, Diagnostician.Diagnose(r.Evidence));
                }
                else
                {
                    unlabelled++;
                }
            },
            cancellationToken);
        if (unlabelled > 0)
        {
            await error.WriteLineAsync($"{unlabelled} records have no label and were left out.");
        }

        score.Print(output);
        return code;
    }

    private static void Answer(TextWriter output, Diagnosis diagnosis, bool asJson)
    {
        if (asJson)
        {
            output.WriteLine(DiagnosisJson.Whole(diagnosis));
        }
        else
        {
            DiagnosisReport.Print(output, diagnosis);
        }
    }
}
