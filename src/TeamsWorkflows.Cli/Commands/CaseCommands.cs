using System.CommandLine;
using System.Text.Json;
using TeamsWorkflows.Cli.Api;

namespace TeamsWorkflows.Cli.Commands;

/// <summary><c>teamsworkflows case</c>: what a person has to do, and the word that it is done.</summary>
internal static class CaseCommands
{
    public static Command Create(ApiCommands commands)
        => commands.Group("case", "What people have to do so that reports go out.", List(commands), Show(commands), Resolve(commands));

    private static Command List(ApiCommands commands)
    {
        var open = CommonSymbols.Open();
        var label = new Option<string?>("--label") { Description = "Only those with this label." };
        var (limit, skip) = (CommonSymbols.Limit("How many at most, 1 to 500; 100 when left out."), CommonSymbols.Skip());
        return commands.Show(
            "list",
            "Lists cases, open ones first.",
            [open, label, limit, skip],
            parsed => "cases?" + ReportCommands.Query(
                ("open", parsed.GetValue(open) ? "true" : null), ("label", parsed.GetValue(label)), ("limit", CommonSymbols.Text(parsed.GetValue(limit))), ("skip", CommonSymbols.Text(parsed.GetValue(skip)))),
            static (shell, json) =>
            {
                Listing.Table(
                    shell, json.Items("cases"), "There are none.",
                    ("Case", "id"), ("Open", "isOpen"), ("To do", "cause"), ("Connection", "connection"), ("Waiting", "waitingCount"), ("Since", "openedAt"), ("Why", "diagnosis.summary"));
                Listing.More(shell, json, "skip");
            });
    }

    private static Command Show(ApiCommands commands)
    {
        var id = CommonSymbols.Id("case");
        return commands.Show("show", "Shows a case with its diagnosis, the steps of its runbook and what waits for it.", [id], parsed => $"cases/{CommonSymbols.Part(parsed.GetRequiredValue(id))}", Print);
    }

    private static Command Resolve(ApiCommands commands)
    {
        var (id, reason) = (CommonSymbols.Id("case"), CommonSymbols.Reason());
        var (wait, timeout) = (CommonSymbols.Wait(), CommonSymbols.Timeout());
        return commands.Create(
            "resolve",
            "Says that the cause is gone; the connection is verified before the case closes. A case that needs a sign-in: 'connection reconnect'.",
            [id, reason, wait, timeout],
            async (call, cancellationToken) =>
            {
                var api = await call.ApiAsync(cancellationToken);
                var path = $"cases/{CommonSymbols.Part(call.Parsed.GetRequiredValue(id))}";
                var before = await api.GetAsync(path, cancellationToken);
                var answer = await api.PostAsync($"{path}/resolve", new { reason = call.Parsed.GetValue(reason) }, cancellationToken);
                if (!call.Parsed.GetValue(wait))
                {
                    call.Show(answer, _ => commands.Shell.Output.WriteLine("The connection is being verified; the case closes if it works."));
                    return ExitCodes.Done;
                }

                var verified = await call.WaitAsync(
                    "The connection is being verified …",
                    call.Parsed.GetValue(timeout),
                    enough => api.GetAsync(path, enough),
                    found => found.At("isOpen") == "no" || found.At("lastVerification") != before.At("lastVerification"),
                    cancellationToken);
                call.Show(verified, json => Print(commands.Shell, json));
                return verified.At("isOpen") == "no" ? ExitCodes.Done : ExitCodes.Failed;
            });
    }

    private static void Print(Shell shell, JsonElement found)
    {
        Listing.Facts(
            shell,
            ("Case", found.At("id")),
            ("Open", found.At("isOpen")),
            ("To do", found.At("cause")),
            ("Connection", $"{found.At("connectionName")} ({found.At("connection")})"),
            ("Account", found.At("username")),
            ("Opened", found.At("openedAt")),
            ("Closed", $"{found.At("closedAt")} {found.At("closedBy")}".Trim()),
            ("Resolution", found.At("resolution")),
            ("Verified", found.At("lastVerification")),
            ("Labels", found.At("labels")),
            ("Why", found.At("diagnosis.summary")),
            ("Sure", found.At("diagnosis.confidenceLevel")),
            ("Runbook", found.At("diagnosis.runbook")),
            ("Waiting", found.At("waitingCount")));
        if (found.TryGetProperty("steps", out var steps) && steps.GetArrayLength() > 0)
        {
            Listing.Table(shell, steps.EnumerateArray(), "", ("Step", "text"), ("Done by", "tickedBy"), ("Since", "tickedAt"));
        }

        var next = (found.At("links.signIn"), found.At("links.resolve")) switch
        {
            ({ Length: > 0 }, _) => $"Sign in: {CommandLine.Name} connection reconnect {found.At("connection")}",
            (_, { Length: > 0 }) => $"When it is put right: {CommandLine.Name} case resolve {found.At("id")} --reason \"…\"",
            _ => null,
        };
        if (next is not null)
        {
            shell.Output.WriteLine(next);
        }
    }
}
