using TeamsWorkflows.Cases.Runbooks;
using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.Diagnostics.Rules;

namespace TeamsWorkflows.Tests.Cases;

/// <summary>Runbooks are data: complete, in their schema's form, and their page says the same.</summary>
public sealed class RunbookTests
{
    [Fact]
    [Trait("Requirement", "B12")]
    [Trait("Requirement", "R67")]
    public void Every_verdict_names_a_runbook_that_there_is()
        => Assert.All(RuleBook.Current.Verdicts.Values, v => Assert.True(RunbookShelf.Find(v.Runbook) is not null, $"{v.Id}: {v.Runbook}"));

    [Fact]
    [Trait("Requirement", "B12")]
    public void Every_runbook_is_named_by_a_verdict_a_loop_or_is_about_a_tool()
        => Assert.Equal(
            [RunbookShelf.ReconnectLoop],
            RunbookShelf.All.Select(r => r.Id).Where(id => !id.StartsWith("tool/", StringComparison.Ordinal)).Except(RuleBook.Current.Verdicts.Values.Select(v => v.Runbook)));

    [Fact]
    [Trait("Requirement", "B12")]
    public void A_step_is_known_by_its_identifier_and_not_by_its_words()
    {
        Assert.All(RunbookShelf.All, r =>
        {
            Assert.Equal(r.Steps.Count, r.Steps.Select(s => s.Id).Distinct(StringComparer.Ordinal).Count());
            Assert.All(r.Steps, s => Assert.Matches("^[a-z0-9]+(-[a-z0-9]+)*$", s.Id));
            Assert.All(r.Steps, s => Assert.InRange(s.Id.Length, 1, 64));
        });

        var at = new DateTimeOffset(2026, 11, 1, 8, 0, 0, TimeSpan.Zero);
        var runbook = new Runbook("a/b", "Do", "When.", [new("first", "Said better than before."), new("new", "Another.")], "It works.", "Somebody");
        StepTick[] ticks = [new("a/b", "first", "olivia", at), new("a/b", "gone", "olivia", at), new("a/c", "new", "olivia", at)];

        Assert.Equal([new("first", "Said better than before.", "olivia", at), new("new", "Another.", null, null)], CaseStep.Of(runbook, ticks));
        Assert.Empty(CaseStep.Of(null, ticks));
    }

    [Theory]
    [Trait("Requirement", "R45")]
    [InlineData("make")]
    [InlineData("power-automate")]
    [InlineData("zapier")]
    [InlineData("n8n")]
    [InlineData("msal-app")]
    [InlineData("key-vault")]
    public void Tools_have_pages_of_their_own(string tool)
        => Assert.True(RunbookShelf.Find($"tool/{tool}") is { Learn: not null });

    [Fact]
    [Trait("Requirement", "B12")]
    public void A_runbook_says_when_how_whether_and_who_next()
        => Assert.All(RunbookShelf.All, r =>
        {
            Assert.InRange(r.Steps.Count, 1, 6);
            Assert.All([r.Title, r.Precondition, r.Verification, r.Escalation, .. r.Steps.Select(s => s.Text)], text => Assert.NotEmpty(text));
            Assert.All(r.Steps, s => Assert.EndsWith(".", s.Text, StringComparison.Ordinal));
        });

    [Fact]
    [Trait("Requirement", "R72")]
    [Trait("Requirement", "R71")]
    public void A_lookalike_is_never_answered_by_a_reconnect()
    {
        foreach (var id in new[] { "throttled", "membership-missing", "payload-invalid/mapping", "webhook-policy-block" })
        {
            Assert.DoesNotContain(RunbookShelf.Find(id)!.Steps, s => s.Text.StartsWith("Sign in", StringComparison.Ordinal) || s.Text.StartsWith("Reconnect", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void The_pages_are_what_the_data_says()
    {
        var pages = RunbookPages.Write(RunbookShelf.Version, RunbookShelf.All);
        foreach (var (file, page) in pages)
        {
            Docs.AssertIs("runbooks/" + file, page, nameof(RunbookTests));
        }

        Assert.Equal(pages.Keys, Directory.EnumerateFiles(Path.Combine(Docs.Root, "docs", "runbooks")).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
    }

    [Fact]
    [Trait("Requirement", "B12")]
    [Trait("Requirement", "R38")]
    [Trait("Requirement", "R40")]
    public void Success_is_what_did_not_come_back_within_a_day()
    {
        var start = new DateTimeOffset(2026, 11, 1, 8, 0, 0, TimeSpan.Zero);
        CaseRow[] cases =
        [
            Closed("a", start, TimeSpan.FromMinutes(10), "Signed in."),
            Closed("a", start.AddHours(3), TimeSpan.FromMinutes(30), "Signed in once more."),
            Closed("b", start.AddDays(5), TimeSpan.FromMinutes(20), "Exempted the account."),
        ];

        var success = Assert.Single(RunbookRecord.Measure(cases, start.AddDays(9)));

        Assert.Equal(new RunbookSuccess("refresh-broken/revoked", 3, 3, 2, 20, "Exempted the account."), success);
    }

    private static CaseRow Closed(string connection, DateTimeOffset opened, TimeSpan took, string resolution) => new()
    {
        Id = $"{opened:O}",
        ConnectionId = connection,
        Cause = OperatorAction.Reconnect,
        Class = FailureClasses.RefreshBroken,
        Diagnosis = "{}",
        Runbook = "refresh-broken/revoked",
        OpenedAt = opened,
        ClosedAt = opened + took,
        Resolution = resolution,
    };
}
