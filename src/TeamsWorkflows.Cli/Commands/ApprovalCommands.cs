using System.CommandLine;
using System.Text.Json;
using TeamsWorkflows.Cli.Api;

namespace TeamsWorkflows.Cli.Commands;

/// <summary><c>teamsworkflows approval</c>: what waits for you, exactly what would be posted, and your decision.</summary>
internal static class ApprovalCommands
{
    public static Command Create(ApiCommands commands) => commands.Group(
        "approval",
        "Reports that wait for somebody to approve them.",
        List(commands),
        Show(commands),
        Decide(commands, "approve", "Approve", "Approves a report, as the person who is signed in.", isCommentNeeded: false),
        Decide(commands, "reject", "Refuse", "Refuses a report, as the person who is signed in: nothing of it is posted.", isCommentNeeded: true));

    private static Command List(ApiCommands commands)
    {
        var open = CommonSymbols.Open();
        var (limit, skip) = (CommonSymbols.Limit("How many at most, 1 to 500; 100 when left out."), CommonSymbols.Skip());
        return commands.Show(
            "list",
            "Lists approvals, open ones first: those that ask for you; operators and administrators see all.",
            [open, limit, skip],
            parsed => "approvals?" + ReportCommands.Query(
                ("open", parsed.GetValue(open) ? "true" : null), ("limit", CommonSymbols.Text(parsed.GetValue(limit))), ("skip", CommonSymbols.Text(parsed.GetValue(skip)))),
            static (shell, json) =>
            {
                Listing.Table(
                    shell, json.Items("approvals"), "There are none.",
                    ("Report", "id"), ("Title", "title"), ("State", "state"), ("Approved", "approvals"), ("Needed", "quorum"), ("For you", "mayDecide"), ("Until", "expiresAt"));
                Listing.More(shell, json, "skip");
            });
    }

    private static Command Show(ApiCommands commands)
    {
        var id = CommonSymbols.Id("report");
        return commands.Show(
            "show", "Shows an approval with exactly what would be posted.", [id], parsed => $"approvals/{CommonSymbols.Part(parsed.GetRequiredValue(id))}", Print);
    }

    private static Command Decide(ApiCommands commands, string name, string decision, string description, bool isCommentNeeded)
    {
        var id = CommonSymbols.Id("report");
        var comment = new Option<string?>("--comment") { Description = isCommentNeeded ? "Why; 3 to 1,000 characters." : "What you want to say about it.", HelpName = "TEXT", Required = isCommentNeeded };
        return commands.Create(name, description, [id, comment], async (call, cancellationToken) =>
        {
            call.Show(
                await (await call.ApiAsync(cancellationToken)).PostAsync(
                    $"approvals/{CommonSymbols.Part(call.Parsed.GetRequiredValue(id))}/decide",
                    new { decision, comment = call.Parsed.GetValue(comment) },
                    cancellationToken),
                json => Print(commands.Shell, json));
            return ExitCodes.Done;
        });
    }

    private static void Print(Shell shell, JsonElement detail)
    {
        var approval = detail.GetProperty("approval");
        Listing.Facts(
            shell,
            ("Report", approval.At("id")),
            ("Title", approval.At("title")),
            ("State", approval.At("state")),
            ("Approved", $"{approval.At("approvals")} of {approval.At("quorum")}"),
            ("Until", approval.At("expiresAt")),
            ("Note", approval.At("note")),
            ("Attachments", detail.At("attachments")),
            ("Goes to", string.Join(", ", detail.Items("destinations").Select(static d => d.At("kind")))));
        Listing.Table(shell, approval.Items("decisions"), "Nobody has decided yet.", ("Person", "person"), ("Decision", "decision"), ("When", "at"), ("Comment", "comment"));
        shell.Output.WriteLine();
        shell.Output.WriteLine(Listing.Plain(detail.GetProperty("text").GetString() ?? ""));
    }
}
