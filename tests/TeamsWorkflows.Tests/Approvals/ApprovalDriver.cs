using System.Text.RegularExpressions;
using TeamsWorkflows.Approvals;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Reports;
using TeamsWorkflows.Sandbox;

namespace TeamsWorkflows.Tests.Approvals;

/// <summary>Reports that ask for approval, and the people who are asked.</summary>
internal static partial class ApprovalDriver
{
    public static string Cfo(this ProductHost product) => $"cfo@{product.Tenant.Domain}";

    public static string Controller(this ProductHost product) => $"controller@{product.Tenant.Domain}";

    public static string Head(this ProductHost product) => $"head@{product.Tenant.Domain}";

    public static ApprovalDesk Approvals(this ProductHost product) => product.Get<ApprovalDesk>();

    public static ApprovalLinkDesk Links(this ProductHost product) => product.Get<ApprovalLinkDesk>();

    public static ApprovalRequest Ask(params string[] approvers) => new([.. approvers.Select(static a => new ApproverRequest(a))]);

    /// <summary>Hands a report over and lets it come to where it waits for its approval.</summary>
    public static async Task<Report> SubmitForApprovalAsync(this ProductHost product, ApprovalRequest approval, ReportRequest? request = null)
    {
        var report = await product.SubmitAsync((request ?? product.Request()) with { Approval = approval });
        await product.StateAsync(report.Deliveries[0].Id, DeliveryState.AwaitingApproval);
        return report;
    }

    public static IReadOnlyList<SandboxMail> MailsTo(this ProductHost product, string address) => [.. product.Tenant.Mails.Where(m => m.To.Contains(address))];

    public static async Task<string> KeyOfAsync(this ProductHost product, string address, int mail = 0)
    {
        await product.UntilAsync(() => product.MailsTo(address).Count > mail);
        await product.IdleAsync();
        return KeyOf(product.MailsTo(address)[mail]);
    }

    public static string KeyOf(SandboxMail mail) => LinkPattern().Match(mail.TextBody!) is { Success: true } link
        ? link.Groups["key"].Value
        : throw new InvalidOperationException($"No link is in the mail: {mail.TextBody}");

    public static async Task<Approval> ApprovalOfAsync(this ProductHost product, Report report)
        => (await product.Reports.FindAsync(report.Id, default))!.Approval!;

    public static Decider Signed(string name, params ApproverRole[] roles) => new(name, $"oid-{name}", roles);

    [GeneratedRegex(@"/approve\?key=(?<key>\S+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LinkPattern();
}
