using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using TeamsWorkflows.Cli.Api;
using TeamsWorkflows.Cli.Commands;
using TeamsWorkflows.DurableTask.Core;

namespace TeamsWorkflows.Cli.Orchestrations;

/// <summary><c>teamsworkflows orchestration</c>: the machinery, for administrators; and histories in files, for developers.</summary>
internal static class OrchestrationCommands
{
    public static Command Create(ApiCommands commands, Shell shell)
    {
        var recursive = new Option<bool>("--recursive") { Description = "Its sub-orchestrations, too." };
        var keepId = new Option<bool>("--keep-id") { Description = "The new instance takes the old one's place." };
        return commands.Group(
            "orchestration",
            "The machinery, for administrators.",
            List(commands),
            Show(commands),
            History(commands),
            Raise(commands),
            Act(commands, "suspend", "Stops an instance; what arrives is kept until it is resumed."),
            Act(commands, "resume", "Lets a suspended instance go on."),
            Act(commands, "terminate", "Ends an instance where it stands.", recursive, static (parsed, o) => new { recursive = parsed.GetValue(o) }),
            Act(commands, "rewind", "Lets a failed instance go on from where it failed; what failed runs again."),
            Act(commands, "restart", "Starts an instance once more with its input.", keepId, static (parsed, o) => new { keepId = parsed.GetValue(o) }),
            Act(commands, "purge", "Removes an instance that has ended, with its history. It cannot be undone.", recursive, static (parsed, o) => new { recursive = parsed.GetValue(o) }),
            Export(commands),
            HistoryFileCommands.Import(shell),
            HistoryFileCommands.Replay(shell));
    }

    private static Command List(ApiCommands commands)
    {
        var status = new Option<string[]>("--status") { Description = "Only in this status; may be given several times.", DefaultValueFactory = static _ => [] };
        status.AcceptOnlyFromAmong(Enum.GetNames<OrchestrationRuntimeStatus>());
        var prefix = new Option<string?>("--prefix") { Description = "The identifier begins so." };
        var name = new Option<string?>("--name") { Description = "The orchestrator's name." };
        var limit = new Option<int?>("--limit") { Description = "How many at most; 100 when left out." };
        var token = new Option<string?>("--continue") { Description = "The token that the page before ended with.", HelpName = "TOKEN" };
        return commands.Show(
            "list",
            "Lists instances, newest first; every condition that is given must hold.",
            [status, prefix, name, limit, token],
            parsed => "orchestrations?" + ReportCommands.Query(
            [
                .. parsed.GetValue(status)!.Select(static s => ("status", (string?)s)),
                ("prefix", parsed.GetValue(prefix)),
                ("name", parsed.GetValue(name)),
                ("limit", parsed.GetValue(limit)?.ToString(CultureInfo.InvariantCulture)),
                ("continuationToken", parsed.GetValue(token)),
            ]),
            static (shell, json) =>
            {
                Listing.Table(
                    shell, json.Items("orchestrations"), "There are none.",
                    ("Instance", "id"), ("Name", "name"), ("Status", "status"), ("Created", "createdAt"), ("Updated", "lastUpdatedAt"), ("Failure", "failure.errorMessage"));
                if (json.At("continuationToken") is { Length: > 0 } next)
                {
                    shell.Output.WriteLine($"There are more: --continue {next}");
                }
            });
    }

    private static Command Show(ApiCommands commands)
    {
        var id = CommonSymbols.Id("instance");
        return commands.Show("show", "Shows an instance with input and output.", [id], parsed => Path(parsed, id), static (shell, json) => Listing.Facts(
            shell,
            ("Instance", json.At("id")),
            ("Name", json.At("name")),
            ("Status", json.At("status")),
            ("Created", json.At("createdAt")),
            ("Updated", json.At("lastUpdatedAt")),
            ("Parent", json.At("parentInstanceId")),
            ("Input", json.At("input")),
            ("Output", json.At("output")),
            ("Custom status", json.At("customStatus")),
            ("Failure", $"{json.At("failure.errorType")} {json.At("failure.errorMessage")}".Trim())));
    }

    private static Command History(ApiCommands commands)
    {
        var id = CommonSymbols.Id("instance");
        return commands.Show("history", "Shows every event of an instance's history.", [id], parsed => Path(parsed, id) + "/history", static (shell, json) => Listing.Table(
            shell, json.Items("events"), "It has none yet.",
            ("At", "timestamp"), ("#", "number"), ("Event", "type"), ("Of #", "causedBy"), ("Name", "name"), ("Status", "status"), ("Failure", "failure.errorMessage")));
    }

    private static Command Raise(ApiCommands commands)
    {
        var (id, reason) = (CommonSymbols.Id("instance"), CommonSymbols.Reason());
        var name = new Argument<string>("event") { Description = "The event's name." };
        var data = new Option<string?>("--data") { Description = "What the event says, as JSON.", HelpName = "JSON" };
        return commands.Create("raise", "Sends an event to an instance.", [id, name, data, reason], async (call, cancellationToken) =>
        {
            var body = new { reason = call.Parsed.GetValue(reason), data = Json(call.Parsed.GetValue(data)) };
            var answer = await (await call.ApiAsync(cancellationToken)).PostAsync(
                $"{Path(call.Parsed, id)}/raise-event/{CommonSymbols.Part(call.Parsed.GetRequiredValue(name))}", body, cancellationToken);
            call.Show(answer, json => Acted(commands.Shell, json));
            return ExitCodes.Done;
        });
    }

    private static Command Act(ApiCommands commands, string word, string description, Option<bool>? own = null, Func<ParseResult, Option<bool>, object>? said = null)
    {
        var (id, reason) = (CommonSymbols.Id("instance"), CommonSymbols.Reason());
        return commands.Create(word, description, own is null ? [id, reason] : [id, reason, own], async (call, cancellationToken) =>
        {
            var body = own is null ? [] : JsonSerializer.SerializeToNode(said!(call.Parsed, own), JsonText.Serializer)!.AsObject();
            body["reason"] = call.Parsed.GetValue(reason);
            call.Show(
                await (await call.ApiAsync(cancellationToken)).PostAsync($"{Path(call.Parsed, id)}/{word}", body, cancellationToken),
                json => Acted(commands.Shell, json));
            return ExitCodes.Done;
        });
    }

    private static Command Export(ApiCommands commands)
    {
        var id = CommonSymbols.Id("instance");
        var output = new Option<string?>("--output", "-o") { Description = "The file to write; standard output when left out.", HelpName = "FILE" };
        return commands.Create("export", "Exports an instance's history as a file for 'replay' and 'import'. Inputs and results are in it.", [id, output], async (call, cancellationToken) =>
        {
            var history = await (await call.ApiAsync(cancellationToken)).GetTextAsync($"{Path(call.Parsed, id)}/history/export", cancellationToken);
            if (call.Parsed.GetValue(output) is { } file)
            {
                await File.WriteAllTextAsync(file, history, cancellationToken);
            }
            else
            {
                await call.Shell.Output.WriteAsync(history);
            }

            return ExitCodes.Done;
        });
    }

    private static string Path(ParseResult parsed, Argument<string> id) => $"orchestrations/{CommonSymbols.Part(parsed.GetRequiredValue(id))}";

    private static void Acted(Shell shell, JsonElement json) => Listing.Facts(shell, ("Instance", json.At("id")), ("Action", json.At("action")), ("Instances", json.At("count")));

    private static JsonElement? Json(string? text)
    {
        try
        {
            return text is null ? null : JsonElement.Parse(text);
        }
        catch (JsonException e)
        {
            throw new CommandException(ExitCodes.Usage, $"--data: this is no JSON: {e.Message} A text needs its quotes: '\"text\"'.", e);
        }
    }
}
