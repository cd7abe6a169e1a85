using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Connections.Register;
using TeamsWorkflows.Server.Audit;
using SignInResult = TeamsWorkflows.Connections.SignInResult;

namespace TeamsWorkflows.Server.Console;

/// <summary>Where the authority sends people back to after "Sign in as …".</summary>
/// <remarks>
/// Open to anybody, and without an anti-forgery cookie: the post comes from the authority's page. What proves it is the
/// state, which only the browser that began has, and which works once. The redirect address takes a POST alone, so that a
/// scanner which follows links cannot use up a code.
/// </remarks>
internal static class SignInCallback
{
    public static void MapSignInCallback(this IEndpointRouteBuilder routes)
    {
        var callback = routes.MapGroup("/signin/callback").AllowAnonymous().ExcludeFromDescription();
        callback.MapPost("/", CompleteAsync).NotAudited("what comes of the sign-in is recorded as the doing of whoever began it").DisableAntiforgery();
        callback.MapGet("/", ExplainAsync);
    }

    private static async Task<RazorComponentResult<MessagePage>> CompleteAsync(
        [FromForm] string? state,
        [FromForm] string? code,
        [FromForm] string? error,
        [FromForm(Name = "error_description")] string? errorDescription,
        SignInDesk desk,
        CancellationToken cancellationToken)
        => await desk.CompleteAsync(state, code, error, errorDescription, cancellationToken) switch
        {
            SignInResult.Connected { CaseId: { } caseId } connected => Page(
                "Signed in",
                $"{connected.Username} is signed in for {connected.ConnectionId}. The connection is being checked now, and the reports that wait are posted in order.",
                caseId),
            SignInResult.Connected connected => Page(
                "Connected", $"{connected.Username} is signed in. Reports for {connected.ConnectionId} can be posted.", null),
            SignInResult.WrongAccount wrong => Page(
                "That was another account",
                $"{wrong.Actual} signed in, but {wrong.ConnectionId} belongs to {wrong.Expected}. Nothing was kept. Try again, and pick {wrong.Expected}.",
                wrong.CaseId),
            SignInResult.Refused refused => new RazorComponentResult<MessagePage>(new
            {
                Title = "The sign-in was refused",
                Text = refused.Diagnosis.Summary,
                refused.Diagnosis,
                LinkAddress = Back(refused.CaseId),
                LinkText = BackText(refused.CaseId),
            }),
            SignInResult.Expired => Page(
                "This sign-in is over", "It was completed already, or it took too long. Begin again from the case.", null),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    // Permissions come back by a GET, which is only shown: taking them down is a form of its own.
    private static async Task<IResult> ExplainAsync(HttpContext http, AdminConsent consents, ConnectionDesk connections, CancellationToken cancellationToken)
        => await ConsentForms.ShowAsync(http, consents, connections, cancellationToken) ?? Page(
        "Nothing to see here", "Microsoft’s sign-in page sends people back to this address. Opening it changes nothing.", null);

    private static RazorComponentResult<MessagePage> Page(string title, string text, string? caseId)
        => new(new { Title = title, Text = text, LinkAddress = Back(caseId), LinkText = BackText(caseId) });

    private static string Back(string? caseId) => caseId is null ? "/" : $"/cases/{Uri.EscapeDataString(caseId)}";

    private static string BackText(string? caseId) => caseId is null ? "Open the console" : "Back to the case";
}
