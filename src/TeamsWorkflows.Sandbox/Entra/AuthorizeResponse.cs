using Microsoft.AspNetCore.WebUtilities;
using TeamsWorkflows.Sandbox.Common;
using TeamsWorkflows.Sandbox.Pages;

namespace TeamsWorkflows.Sandbox.Entra;

/// <summary>Carries the authorize endpoint's answer to the app, in the response mode that the app chose.</summary>
internal static class AuthorizeResponse
{
    public static Dictionary<string, string?> Error(EntraError error, string? state) => new(StringComparer.Ordinal)
    {
        ["error"] = error.Error,
        ["error_description"] = error.Aadsts,
        ["state"] = state,
    };

    public static Reply Of(string mode, string redirectUri, Dictionary<string, string?> fields)
    {
        var set = fields.Where(field => field.Value is not null).ToArray();
        return mode switch
        {
            "form_post" => FormPost(redirectUri, set),
            "fragment" => Reply.Redirect(redirectUri + "#" + QueryHelpers.AddQueryString("", set)[1..]),
            _ => Reply.Redirect(QueryHelpers.AddQueryString(redirectUri, set)),
        };
    }

    private static Reply FormPost(string redirectUri, KeyValuePair<string, string?>[] fields)
    {
        var nonce = Ids.Token(16);
        var inputs = fields.Select(field => Html.Of($"""<input type="hidden" name="{field.Key}" value="{field.Value}">"""));
        return Layout.SignIn(
            200,
            "Working…",
            Html.Of($"""
                <form method="post" action="{redirectUri}">{inputs}
                <p>You are being sent back to the app.</p>
                <p><button class="primary">Continue</button></p></form>
                <script nonce="{nonce}">document.forms[0].submit();</script>
                """),
            new Uri(redirectUri).GetLeftPart(UriPartial.Authority),
            nonce);
    }
}
