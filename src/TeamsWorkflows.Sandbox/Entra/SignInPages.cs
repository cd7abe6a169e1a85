using TeamsWorkflows.Sandbox.Common;
using TeamsWorkflows.Sandbox.Pages;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Entra;

/// <summary>The pages that a person sees while signing in.</summary>
internal static class SignInPages
{
    public static Reply ChooseAccount(Exchange exchange, AuthorizeRequest request, string? message)
    {
        var hinted = request.Tenant.FindUser(request.LoginHint);
        var accounts = request.Tenant.Identity.Users.OrderBy(user => user == hinted ? 0 : 1);
        return Layout.SignIn(
            200,
            "Pick an account",
            Html.Of($"""
                <p>to continue to <strong>{request.App.DisplayName}</strong></p>
                {(message is null ? Html.Empty : Html.Of($"<p role=\"alert\" class=\"error\">{message}</p>"))}
                <form method="post" action="{Action(exchange)}">
                {accounts.Select(user => Account(user, user == hinted))}
                </form>
                <form method="post" action="{Action(exchange)}" class="other">
                <label for="username">Another account</label>
                <input id="username" name="username" type="text" autocomplete="username" required
                 value="{(hinted is null ? request.LoginHint : null)}">
                <button>Next</button>
                </form>
                <details><summary>What the app asks for</summary><ul>{Scopes(Asked(request))}</ul></details>
                <form method="post" action="{Action(exchange)}"><button name="action" value="cancel">Cancel</button></form>
                """),
            request.RedirectOrigin);
    }

    public static Reply Consent(Exchange exchange, AuthorizeRequest request, UserIdentity user, IReadOnlyList<string> missing) =>
        Layout.SignIn(
            200,
            "Permissions requested",
            Html.Of($"""
                <p><strong>{request.App.DisplayName}</strong> asks <strong>{user.UserName}</strong> for:</p>
                <ul>{Scopes(missing.Count > 0 ? missing : Asked(request))}</ul>
                <form method="post" action="{Action(exchange)}">
                <input type="hidden" name="username" value="{user.UserName}">
                <button class="primary" name="consent" value="accept">Accept</button>
                <button name="action" value="cancel">Cancel</button>
                </form>
                """),
            request.RedirectOrigin);

    public static Reply Error(Exchange exchange, EntraError error) => Layout.SignIn(
        400,
        "Sorry, but we’re having trouble signing you in.",
        Html.Of($"""
            <p role="alert" class="error">{error.Aadsts}</p>
            <dl><dt>Request Id</dt><dd>{exchange.RequestId}</dd>
            <dt>Correlation Id</dt><dd>{exchange.ClientRequestId ?? exchange.RequestId}</dd>
            <dt>Timestamp</dt><dd>{exchange.Now.UtcDateTime.ToString("u", System.Globalization.CultureInfo.InvariantCulture)}</dd></dl>
            """));

    /// <summary>The same address again: the request lives in the query, the form only adds the decision.</summary>
    public static string Action(Exchange exchange) =>
        exchange.Http.Request.Path.ToUriComponent() + exchange.Http.Request.QueryString.ToUriComponent();

    public static Html Account(UserIdentity user, bool isHinted) => Html.Of($"""
        <button class="account{(isHinted ? " hinted" : "")}" name="username" value="{user.UserName}">
        <span class="avatar" aria-hidden="true">{user.DisplayName[..1]}</span>
        <span><strong>{user.DisplayName}</strong><small>{user.UserName}</small></span></button>
        """);

    private static IReadOnlyList<string> Asked(AuthorizeRequest request) =>
        request.ScopeText.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static Html Scopes(IEnumerable<string> scopes) => Html.Join(scopes.Select(scope => Html.Of($"<li>{scope}</li>")));
}
