using System.CommandLine;
using System.Text.Json;
using TeamsWorkflows.Cli.Api;

namespace TeamsWorkflows.Cli.Commands;

/// <summary><c>teamsworkflows schedule</c>: reports that are handed over by the clock.</summary>
internal static class ScheduleCommands
{
    public static Command Create(ApiCommands commands) => commands.Group(
        "schedule",
        "Reports that are handed over by the clock.",
        List(commands),
        Show(commands),
        Act(commands, "pause", "Stops a schedule from occurring until it is resumed.", "It does not occur until it is resumed."),
        Act(commands, "resume", "Lets a schedule occur again; what fell into the pause is not caught up.", "It occurs again."),
        Trigger(commands));

    private static Command List(ApiCommands commands) => commands.Show(
        "list", "Lists schedules. Publishers see their own.", [], static _ => "schedules", static (shell, json) => Listing.Table(
            shell, json.Items("schedules"), "There are none.",
            ("Schedule", "id"), ("Name", "name"), ("When", "cron"), ("Time zone", "timeZone"), ("Paused", "isPaused"), ("Next", "nextAt"), ("Last", "lastOccurrence.state"), ("Owner", "owner")));

    private static Command Show(ApiCommands commands)
    {
        var id = CommonSymbols.Id("schedule");
        return commands.Show("show", "Shows a schedule.", [id], parsed => $"schedules/{CommonSymbols.Part(parsed.GetRequiredValue(id))}", static (shell, json) => Listing.Facts(
            shell,
            ("Schedule", json.At("id")),
            ("Name", json.At("name")),
            ("When", $"{json.At("cron")} ({json.At("timeZone")})"),
            ("Paused", json.At("isPaused")),
            ("Next", json.At("nextAt")),
            ("Last", $"{json.At("lastOccurrence.state")} {json.At("lastOccurrence.scheduledFor")}".Trim()),
            ("Why", json.At("lastOccurrence.reason")),
            ("Overlap", json.At("overlap")),
            ("Catches up", json.At("catchUp")),
            ("Connections", json.At("connections")),
            ("Owner", json.At("owner")),
            ("Last action", $"{json.At("lastAction.action")} by {json.At("lastAction.actor")}, {json.At("lastAction.at")}: {json.At("lastAction.reason")}")));
    }

    private static Command Act(ApiCommands commands, string name, string description, string done)
    {
        var (id, reason) = (CommonSymbols.Id("schedule"), CommonSymbols.Reason());
        return commands.Create(name, description, [id, reason], async (call, cancellationToken) =>
        {
            call.Show(
                await (await call.ApiAsync(cancellationToken)).PostAsync(
                    $"schedules/{CommonSymbols.Part(call.Parsed.GetRequiredValue(id))}/{name}", new { reason = call.Parsed.GetValue(reason) }, cancellationToken),
                _ => commands.Shell.Output.WriteLine(done));
            return ExitCodes.Done;
        });
    }

    private static Command Trigger(ApiCommands commands)
    {
        var (id, reason) = (CommonSymbols.Id("schedule"), CommonSymbols.Reason());
        var key = new Option<string?>("--key") { Description = "The idempotency key: repeating the command with the same one hands nothing over twice.", HelpName = "KEY" };
        return commands.Create("trigger", "Hands the schedule's report over at once.", [id, reason, key], async (call, cancellationToken) =>
        {
            var body = JsonSerializer.Serialize(new { reason = call.Parsed.GetValue(reason) }, JsonText.Serializer);
            call.Show(
                await (await call.ApiAsync(cancellationToken)).PostAsync(
                    $"schedules/{CommonSymbols.Part(call.Parsed.GetRequiredValue(id))}/trigger",
                    body,
                    call.Parsed.GetValue(key) is { } used ? [("Idempotency-Key", used)] : [],
                    cancellationToken),
                json => Listing.Facts(commands.Shell, ("Occurrence", json.At("id")), ("State", json.At("state")), ("Report", json.At("reportId"))));
            return ExitCodes.Done;
        });
    }
}
