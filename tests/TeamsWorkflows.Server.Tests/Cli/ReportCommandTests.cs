using TeamsWorkflows.Cli;

namespace TeamsWorkflows.Server.Tests.Cli;

/// <summary>Reports, approvals and refusals on the command line.</summary>
[Collection(nameof(CommandLineServer))]
public sealed class ReportCommandTests(ServerHost host)
{
    [Fact]
    public async Task A_report_is_posted_waited_for_followed_and_sent_again()
    {
        using var publisher = new CommandLineProcess(host.Address, await host.Tokens.PublisherAsync());
        using var oversight = new CommandLineProcess(host.Address, await host.Tokens.OfAsync(host.Tenant.Operator));
        var title = Calls.Unique("From the command line");
        var team = host.Tenant.Team("Finance");
        string[] simple =
        [
            "report", "post", "--title", title, "--body", "-", "--connection", Development.DevelopmentSandbox.ConnectionId,
            "--team", team.Id, "--channel", team.Channel("Reports").Id, "--key", title.Replace(' ', '-'), "--wait", "--timeout", "50s", "--json",
        ];

        var posted = (await publisher.RunAsync("Sales were **up**.", simple)).Ended(ExitCodes.Done).Json;
        Assert.Equal("Delivered", posted.GetProperty("deliveries")[0].Text("state"));
        Assert.Single(host.Tenant.MessagesAbout(title));
        var file = Path.Combine(publisher.Settings, "report.md");
        await File.WriteAllTextAsync(file, "Sales were **up**.");
        var again = (await publisher.RunAsync([.. simple.Select(a => a == "-" ? "@" + file : a)])).Ended(ExitCodes.Done).Json;
        Assert.Equal(posted.Text("id"), again.Text("id"));

        var status = (await publisher.RunAsync("report", "status", posted.Text("id"))).Ended(ExitCodes.Done).Output;
        Assert.Contains(title, status, StringComparison.Ordinal);
        Assert.Contains("posted", status, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', status);
        Assert.Contains(title, (await publisher.RunAsync("report", "list", "--state", "Delivered")).Ended(ExitCodes.Done).Output, StringComparison.Ordinal);

        var delivery = posted.GetProperty("deliveries")[0].Text("id");
        Assert.Contains($"There may be more: add --before {delivery}", (await publisher.RunAsync("report", "list", "--limit", "1")).Ended(ExitCodes.Done).Output, StringComparison.Ordinal);
        Assert.DoesNotContain(title, (await publisher.RunAsync("report", "list", "--before", delivery)).Ended(ExitCodes.Done).Output, StringComparison.Ordinal);
        (await oversight.RunAsync("report", "resend", delivery, "--reason", "The channel was emptied")).Ended(ExitCodes.Done);
        var late = (await oversight.RunAsync("report", "cancel", posted.Text("id"), "--reason", "Not needed any more")).Ended(ExitCodes.Done);
        Assert.Contains(delivery, late.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_preview_shows_what_would_be_sent_and_sends_nothing()
    {
        using var publisher = new CommandLineProcess(host.Address, await host.Tokens.PublisherAsync());
        var title = Calls.Unique("Only looked at");
        var shown = (await publisher.RunAsync(host.Tenant.Report(title), ["report", "preview", "--file", "-"])).Ended(ExitCodes.Done);
        Assert.Contains(title, shown.Output, StringComparison.Ordinal);
        Assert.Empty(host.Tenant.MessagesAbout(title));
    }

    [Fact]
    public async Task A_refusal_names_the_field_and_the_exit_code_its_kind()
    {
        using var publisher = new CommandLineProcess(host.Address, await host.Tokens.PublisherAsync());
        var wrong = (await publisher.RunAsync("report", "post", "--title", "Nowhere", "--body", "x")).Ended(ExitCodes.Refused);
        Assert.Contains("destinations:", wrong.Error, StringComparison.Ordinal);
        Assert.Empty(wrong.Output);
        var problem = (await publisher.RunAsync("report", "post", "--title", "Nowhere", "--body", "x", "--key", "k", "--json")).Ended(ExitCodes.Refused);
        Assert.Contains("urn:teamsworkflows:problem:invalid-report", problem.Error, StringComparison.Ordinal);

        (await publisher.RunAsync("report", "status", "nothing-like-it")).Ended(ExitCodes.NotFound);
        (await publisher.RunAsync("case", "list")).Ended(ExitCodes.NotAllowed);
        (await publisher.RunAsync("report", "post", "--file", "/nowhere.json")).Ended(ExitCodes.NoInput);
        (await publisher.RunAsync("report", "post", "--file", "-", "--bogus")).Ended(ExitCodes.Usage);
        (await publisher.RunAsync("report", "list", "--server", "http://127.0.0.1:9/")).Ended(ExitCodes.NotReached);

        using var nobody = new CommandLineProcess(host.Address);
        Assert.Contains("login", (await nobody.RunAsync("report", "list")).Ended(ExitCodes.NotAllowed).Error, StringComparison.Ordinal);
        using var stranger = new CommandLineProcess(host.Address, "not.a.token");
        (await stranger.RunAsync("report", "list")).Ended(ExitCodes.NotAllowed);
        using var nowhere = new CommandLineProcess(server: null);
        Assert.Contains("--server", (await nowhere.RunAsync("report", "list")).Ended(ExitCodes.Usage).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_approver_sees_what_would_be_posted_and_approves_or_rejects_it()
    {
        using var http = await host.PublisherAsync();
        using var approver = new CommandLineProcess(host.Address, await host.Tokens.OfAsync(host.Tenant.Operator));
        var approval = $$""" "approvers": [{"email": "{{host.Tenant.Operator.UserName}}"}] """;
        var good = (await host.SubmitForApprovalAsync(http, Calls.Unique("Good"), approval)).Text("id");
        var bad = (await host.SubmitForApprovalAsync(http, Calls.Unique("Bad"), approval)).Text("id");

        Assert.Contains(good, (await approver.RunAsync("approval", "list", "--open")).Ended(ExitCodes.Done).Output, StringComparison.Ordinal);
        Assert.Contains("Figures for", (await approver.RunAsync("approval", "show", good)).Ended(ExitCodes.Done).Output, StringComparison.Ordinal);
        (await approver.RunAsync("approval", "approve", good)).Ended(ExitCodes.Done);
        (await approver.RunAsync("approval", "reject", bad)).Ended(ExitCodes.Usage);
        (await approver.RunAsync("approval", "reject", bad, "--comment", "Last month's figures")).Ended(ExitCodes.Done);

        (await approver.RunAsync("report", "status", good, "--wait", "--timeout", "50s")).Ended(ExitCodes.Done);
        var refused = (await approver.RunAsync("report", "status", bad, "--wait", "--timeout", "50s", "--json")).Ended(ExitCodes.Failed);
        Assert.Equal("NotApproved", refused.Json.GetProperty("deliveries")[0].Text("state"));
    }
}
