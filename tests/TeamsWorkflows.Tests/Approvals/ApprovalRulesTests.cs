using TeamsWorkflows.Approvals;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Tests.Approvals;

/// <summary>What a report may want of its approvers, and what is said about the rest.</summary>
public sealed class ApprovalRulesTests
{
    private static readonly ApproverRequest Anna = new("anna@contoso.example");
    private static readonly ApproverRequest Operators = new(null, ApproverRole.Operator);

    public static TheoryData<string, ApprovalRequest> Wrong => new()
    {
        { "approval.approvers", new(null) },
        { "approval.approvers", new([]) },
        { "approval.approvers", new([.. Enumerable.Range(0, 21).Select(i => new ApproverRequest($"a{i}@contoso.example"))]) },
        { "approval.approvers[0]", new([null]) },
        { "approval.approvers[0]", new([new()]) },
        { "approval.approvers[0].email", new([new("anna")]) },
        { "approval.approvers[0].email", new([new("anna@contoso.example\r\nBcc: eve@contoso.example")]) },
        { "approval.approvers[0].role", new([new(null, (ApproverRole)9)]) },
        { "approval.approvers[1]", new([Anna, new("ANNA@contoso.example")]) },
        { "approval.approvers[0].email", new([new("Erp@contoso.example")], FourEyes: true) },
        { "approval.quorum", new([Anna], Quorum: 2) },
        { "approval.quorum", new([Anna], Quorum: 0) },
        { "approval.quorum", new([Operators], Quorum: 21) },
        { "approval.within", new([Anna], Within: TimeSpan.FromSeconds(59)) },
        { "approval.within", new([Anna], Within: TimeSpan.FromDays(31)) },
        { "approval.remindAfter", new([Anna], RemindAfter: TimeSpan.FromSeconds(1)) },
        { "approval.onExpiry", new([Anna], OnExpiry: ExpiryAction.Release) },
        { "approval.onExpiry", new([Anna], OnExpiry: (ExpiryAction)9) },
        { "approval.escalate.after", new([Anna], Escalate: new(null, [Anna])) },
        { "approval.escalate.to[0].email", new([Anna], Escalate: new(TimeSpan.FromHours(1), [Operators])) },
        { "approval.escalate.after", new([Anna], Within: TimeSpan.FromHours(1), Escalate: new(TimeSpan.FromHours(1), [Anna])) },
        { "approval.escalate.to", new([Anna], Escalate: new(TimeSpan.FromHours(1), [])) },
        { "approval.escalate.to[0].email", new([Anna], Escalate: new(TimeSpan.FromHours(1), [new("?")])) },
        { "approval.note", new([Anna], Note: " ") },
        { "approval.note", new([Anna], Note: new string('x', 1_001)) },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_is_wrong_is_said_by_its_field(string field, ApprovalRequest request)
    {
        var errors = new ReportErrors();
        ApprovalRules.Validate(request, ["erp@contoso.example"], new(), errors);
        Assert.Contains(field, errors.ByField().Keys);
    }

    [Fact]
    public void What_is_right_is_taken()
    {
        var errors = new ReportErrors();
        ApprovalRules.Validate(null, [], new(), errors);
        ApprovalRules.Validate(
            new([Anna, Operators], 3, TimeSpan.FromDays(30), ExpiryAction.Release, TimeSpan.Zero, new(TimeSpan.FromDays(29), [Anna]), true, "Look"),
            ["erp@contoso.example"],
            new() { AllowRelease = true },
            errors);
        Assert.Empty(errors.ByField());
    }

    [Theory]
    [InlineData(Decision.Approve, null, true)]
    [InlineData(Decision.Approve, "", true)]
    [InlineData(Decision.Refuse, null, false)]
    [InlineData(Decision.Refuse, "  no  ", false)]
    [InlineData(Decision.Refuse, "why", true)]
    public void A_refusal_says_why(Decision decision, string? comment, bool isOne) => Assert.Equal(isOne, ApprovalLimits.IsComment(decision, comment));

    [Fact]
    public void A_comment_ends_somewhere() => Assert.False(ApprovalLimits.IsComment(Decision.Approve, new string('x', ApprovalLimits.MaxTextLength + 1)));
}
