using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Testing;

namespace TeamsWorkflows.Cli.Orchestrations;

/// <summary>What is done with exported histories on this machine alone: look at them, and run them against this release's code.</summary>
internal static class HistoryFileCommands
{
    public static Command Import(Shell shell)
    {
        var file = new Argument<string>("file") { Description = "A file that 'export' wrote ('-' for standard input)." };
        var command = new Command("import", "Shows an exported history; nothing is put into a server, where only what happened there belongs.") { file };
        command.SetAction((parsed, cancellationToken) => Ends.CatchAsync(shell, asJson: false, async () =>
        {
            var history = Read(parsed.GetRequiredValue(file), await TextAsync(shell, parsed.GetRequiredValue(file), cancellationToken));
            Listing.Facts(
                shell,
                ("Instance", history.InstanceId),
                ("Name", history.Name),
                ("Events", history.Events.Count.ToString(CultureInfo.InvariantCulture)));
            Listing.Table(
                shell,
                history.Events.Select(static e => JsonText.Of(new
                {
                    at = e.Timestamp,
                    number = e.EventId < 0 ? null : (int?)e.EventId,
                    type = e.GetType().Name.Replace("Event", "", StringComparison.Ordinal),
                    what = What(e),
                })),
                "It has none.",
                ("At", "at"), ("#", "number"), ("Event", "type"), ("What", "what"));
            return ExitCodes.Done;
        }));
        return command;
    }

    public static Command Replay(Shell shell)
    {
        var paths = new Argument<string[]>("path") { Description = "Files that 'export' wrote, or folders of them.", Arity = ArgumentArity.OneOrMore };
        var strict = new Option<bool>("--strict") { Description = "The same decision with another content is a mismatch, too." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command(
            "replay",
            "Runs exported histories against this release's workflows: what would break running instances is found before an upgrade.") { paths, strict, json };
        command.SetAction((parsed, cancellationToken) => Ends.CatchAsync(shell, parsed.GetValue(json), async () =>
        {
            // Nothing of the product's services is asked for: a replay runs no activity.
            await using var nothing = new ServiceCollection().BuildServiceProvider();
            var replayer = new OrchestrationReplayer(
                TeamsWorkflowsRegistration.CreateRegistry(nothing), new ReplayOptions { DifferencesAreMismatches = parsed.GetValue(strict) });
            List<(string File, ReplayResult Result)> results = [];
            foreach (var file in parsed.GetRequiredValue(paths).SelectMany(Files))
            {
                results.Add((file, replayer.ReplayJson(await TextAsync(shell, file, cancellationToken))));
            }

            Print(shell, results, parsed.GetValue(json));
            return results.Count > 0 && results.TrueForAll(static r => r.Result is ReplayResult.Matches) ? ExitCodes.Done : ExitCodes.Failed;
        }));
        return command;
    }

    private static void Print(Shell shell, IReadOnlyList<(string File, ReplayResult Result)> results, bool asJson)
    {
        var rows = results.Select(static r => JsonText.Of(new
        {
            file = r.File,
            result = r.Result.GetType().Name,
            message = r.Result.ToString(),
        })).ToArray();
        if (asJson)
        {
            shell.Output.WriteLine(JsonText.Indented(JsonText.Of(rows)));
            return;
        }

        Listing.Table(shell, rows, "There is no history (*.json) there: nothing was replayed.", ("File", "file"), ("Result", "result"), ("Says", "message"));
    }

    private static IEnumerable<string> Files(string path)
        => Directory.Exists(path) ? Directory.EnumerateFiles(path, "*.json").Order(StringComparer.Ordinal) : [path];

    private static Task<string> TextAsync(Shell shell, string file, CancellationToken cancellationToken)
        => file == "-" ? shell.Input.ReadToEndAsync(cancellationToken) : File.ReadAllTextAsync(file, cancellationToken);

    private static RecordedHistory Read(string file, string text)
    {
        try
        {
            return HistoryJson.Read(text);
        }
        catch (InvalidDataException e)
        {
            throw new CommandException(ExitCodes.NoInput, $"'{file}': {e.Message}", e);
        }
    }

    private static string What(HistoryEvent e) => e switch
    {
        ExecutionStartedEvent x => x.Name,
        ExecutionCompletedEvent x => x.Status.ToString(),
        TaskScheduledEvent x => x.Name,
        TaskCompletedEvent x => string.Create(CultureInfo.InvariantCulture, $"of #{x.TaskScheduledId}"),
        TaskFailedEvent x => string.Create(CultureInfo.InvariantCulture, $"of #{x.TaskScheduledId}: {x.Failure?.ErrorMessage}"),
        SubOrchestrationInstanceCreatedEvent x => x.Name,
        TimerCreatedEvent x => string.Create(CultureInfo.InvariantCulture, $"until {x.FireAt.UtcDateTime:u}"),
        TimerFiredEvent x => string.Create(CultureInfo.InvariantCulture, $"of #{x.TimerId}"),
        EventRaisedEvent x => x.Name,
        EventSentEvent x => x.Name,
        _ => "",
    };
}
