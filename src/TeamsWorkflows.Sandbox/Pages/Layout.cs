using TeamsWorkflows.Sandbox.Common;

namespace TeamsWorkflows.Sandbox.Pages;

/// <summary>The frame around each page, and the security headers that go with it.</summary>
internal static class Layout
{
    /// <summary>A page of Microsoft's sign-in: one card in the middle.</summary>
    /// <param name="formTarget">Origin that the page's form may lead to, besides the sandbox itself.</param>
    /// <param name="nonce">Nonce of the page's only script, if it has one.</param>
    public static Reply SignIn(int status, string title, Html body, string? formTarget = null, string? nonce = null) =>
        Secure(
            Reply.OfHtml(status, Html.Of($"""
                <!doctype html>
                <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
                <title>{title}</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/sandbox.css"></head>
                <body class="sign-in"><main><p class="brand">Microsoft <small>sandbox</small></p>
                <h1>{title}</h1>
                {body}
                </main></body></html>
                """).ToString()),
            formTarget,
            nonce);

    /// <summary>A page of Teams, the inbox or the sandbox's own controls.</summary>
    public static Reply Teams(string title, Html rail, Html body, int status = 200) => Secure(
        Reply.OfHtml(status, Html.Of($"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{title}</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/sandbox.css">
            <script src="/sandbox.js" defer></script></head>
            <body class="teams">
            {rail}
            {body}
            </body></html>
            """).ToString()),
        formTarget: null,
        nonce: null);

    public static Reply Secure(Reply reply, string? formTarget, string? nonce) => reply
        .With(
            "Content-Security-Policy",
            $"default-src 'none'; style-src 'self'; script-src 'self'{(nonce is null ? "" : $" 'nonce-{nonce}'")}; "
            + "connect-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; "
            + $"form-action 'self'{(formTarget is null ? "" : " " + formTarget)}")
        .With("Cache-Control", "no-store")
        .With("Referrer-Policy", "no-referrer")
        .With("X-Content-Type-Options", "nosniff");
}
