using System.Security.Claims;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Approvals;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Api;
using TeamsWorkflows.Server.Audit;

namespace TeamsWorkflows.Server.Console;

/// <summary>Where the links in mails to approvers lead to: open to whoever holds one, and to nobody else.</summary>
/// <remarks>
/// A GET shows, and changes nothing: programs that scan mails open every link. What decides is a POST from the page, with its
/// anti-forgery token. A link that opens nothing looks the same whatever the reason.
/// </remarks>
internal static class ApprovalLinkPages
{
    private const string Limit = "approval-links";
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    public static void AddApprovalLinks(this IServiceCollection services) => services.AddRateLimiter(static limiter =>
    {
        limiter.AddPolicy(Limit, static http => RateLimitPartition.GetFixedWindowLimiter(
            http.Connection.RemoteIpAddress?.ToString() ?? "",
            _ => new FixedWindowRateLimiterOptions
            {
                PermitLimit = http.RequestServices.GetRequiredService<IOptions<ApprovalOptions>>().Value.LinkCallsPerMinute,
                Window = Window,
            }));
    });

    public static void MapApprovalLinks(this IEndpointRouteBuilder routes)
    {
        var links = routes.MapGroup("/approve").AllowAnonymous().RequireRateLimiting(Limit).ExcludeFromDescription();
        links.AddEndpointFilter(ConsoleEndpoints.RefuseForgeriesAsync);
        links.MapGet("/", OpenAsync);
        links.MapPost("/", DecideAsync).Audited("approval.decide", "approval");
        links.MapGet("/done", Done);
    }

    private static Task<IResult> OpenAsync(string? key, ClaimsPrincipal caller, ApprovalLinkDesk desk, CancellationToken cancellationToken)
        => ShowAsync(key, caller, desk, note: null, cancellationToken);

    private static async Task<IResult> DecideAsync(
        [FromForm] string? key, [FromForm] string? decision, [FromForm] string? comment, ClaimsPrincipal caller, ApprovalLinkDesk desk, CancellationToken cancellationToken)
    {
        if (ApprovalEndpoints.Decision(decision) is not { } said || !ApprovalLimits.IsComment(said, comment))
        {
            return await ShowAsync(key, caller, desk, Notes.Text(Notes.CommentMissing), cancellationToken);
        }

        return await desk.DecideAsync(key, SignedInAs(caller), said, ApprovalEndpoints.Comment(comment), cancellationToken)
            ? TypedResults.Redirect("/approve/done")
            : Nothing();
    }

    private static async Task<IResult> ShowAsync(string? key, ClaimsPrincipal caller, ApprovalLinkDesk desk, string? note, CancellationToken cancellationToken)
        => await desk.OpenAsync(key, SignedInAs(caller), cancellationToken) is { } opened
            ? new RazorComponentResult<ApprovalLinkPage>(new { Opened = opened, Key = key, Note = note })
            : Nothing();

    private static RazorComponentResult<MessagePage> Done() => new(new
    {
        Title = "Thank you",
        Text = "Your decision is kept. The link that you used opens nothing any more.",
        LinkAddress = "/approvals",
        LinkText = "Sign in to see approvals",
    });

    private static RazorComponentResult<MessagePage> Nothing() => new(new
    {
        Title = "This link opens nothing",
        Text = "A link works once, for a limited time, and for the person it was sent to. It was used, it is over, it is not complete, or this browser is "
            + "signed in as somebody else. If you have just decided with it, your decision is kept.",
        LinkAddress = "/approvals",
        LinkText = "Sign in to see approvals",
    })
    { StatusCode = StatusCodes.Status404NotFound };

    private static string? SignedInAs(ClaimsPrincipal caller) => caller.Identity is { IsAuthenticated: true } ? caller.Actor() : null;
}
