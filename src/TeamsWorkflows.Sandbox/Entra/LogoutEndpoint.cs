using Microsoft.AspNetCore.WebUtilities;
using TeamsWorkflows.Sandbox.Common;
using TeamsWorkflows.Sandbox.Pages;

namespace TeamsWorkflows.Sandbox.Entra;

/// <summary>/{tenant}/oauth2/v2.0/logout: the sandbox keeps no browser session, so it only sends the browser back.</summary>
internal static class LogoutEndpoint
{
    public static Reply Handle(Exchange exchange)
    {
        if (exchange.Query("post_logout_redirect_uri") is { } address && AuthorizeRequest.IsLoopback(address))
        {
            return Reply.Redirect(exchange.Query("state") is { } state
                ? QueryHelpers.AddQueryString(address, "state", state)
                : address);
        }

        return Layout.SignIn(200, "You signed out of your account", Html.Of($"<p>It’s a good idea to close all browser windows.</p>"));
    }
}
