using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Api;

namespace TeamsWorkflows.Server.Console;

/// <summary>What a refusal looks like: problem details for programs, a page with the next step for people.</summary>
internal static class StatusPages
{
    public static Task WriteAsync(StatusCodeContext context) => WriteAsync(context.HttpContext);

    public static Task WriteAsync(HttpContext http)
        => Surfaces.IsForPrograms(http.Request.Path) ? TypedResults.Problem(StatusProblems.For(http)).ExecuteAsync(http) : Page(http).ExecuteAsync(http);

    private static RazorComponentResult<MessagePage> Page(HttpContext http)
    {
        var status = http.Response.StatusCode;
        var (title, text) = status switch
        {
            StatusCodes.Status400BadRequest => (
                "That did not work", "The form was too old, or came from another page. Go back, load the page again, and repeat."),
            StatusCodes.Status401Unauthorized => (
                "You are not signed in", "The sign-in was cancelled, or begun in another window."),
            StatusCodes.Status403Forbidden => (
                "Your account may not see this", "The console needs the role Operator or Administrator, its approvals the role Approver. An administrator assigns it in Entra ID."),
            StatusCodes.Status404NotFound => ("There is nothing here", "The address is wrong, or what it showed is gone."),
            StatusCodes.Status413PayloadTooLarge => ("That was too large", "Shorten what you sent, and send it again. Nothing was changed."),
            StatusCodes.Status429TooManyRequests => ("That was too often", "Wait a minute, then load the page again. Nothing was changed."),
            _ => ("Something is wrong on our side", "The server could not answer. Its log says why; nothing was half done."),
        };
        return new RazorComponentResult<MessagePage>(new { Title = title, Text = text }) { StatusCode = status };
    }
}

/// <summary>The page for a failure that nobody expected.</summary>
internal sealed class ErrorPages : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (Surfaces.IsForPrograms(httpContext.Request.Path))
        {
            return false;
        }

        httpContext.Response.StatusCode = exception is BadHttpRequestException refused
            ? refused.StatusCode
            : StatusCodes.Status500InternalServerError;
        await StatusPages.WriteAsync(httpContext);
        return true;
    }
}
