using System.Globalization;
using TeamsWorkflows.Sandbox.Common;

namespace TeamsWorkflows.Sandbox.Pages;

/// <summary>The mails of a tenant.</summary>
internal static class InboxPage
{
    private const int Limit = 100;

    public static Reply Show(World world, Exchange exchange)
    {
        var alias = exchange.Route("tenant") is { Length: > 0 } named ? named : World.DefaultAlias;
        if (world.FindTenant(alias) is not { } tenant)
        {
            return Layout.Teams(
                "Not found",
                Rail.Of(World.DefaultAlias, "Inbox"),
                Html.Of($"<main class=\"plain\"><h1>Not found</h1><p>The sandbox has no such tenant.</p></main>"),
                status: 404);
        }

        var version = tenant.Version;
        var mails = tenant.Read(state => state.Mails.TakeLast(Limit).Reverse().ToArray());
        return Layout.Teams(
            $"Inbox | {tenant.Identity.DisplayName} | sandbox",
            Rail.Of(alias, "Inbox"),
            Html.Of($"""
                <main class="plain" data-live="{alias}" data-version="{version}"><h1>Inbox</h1>
                <p class="lead">{tenant.Identity.DisplayName}: what arrived by SMTP and what Graph was asked to send.</p>
                {(mails.Length == 0 ? Html.Of($"<p class=\"empty\">No mail yet.</p>") : Html.Empty)}
                {mails.Select(Mail)}
                </main>
                """));
    }

    private static Html Mail(SandboxMail mail) => Html.Of($"""
        <article class="card mail"><h2>{(mail.Subject.Length == 0 ? "(no subject)" : mail.Subject)}</h2>
        <dl><dt>From</dt><dd>{mail.From}</dd><dt>To</dt><dd>{string.Join(", ", mail.To)}</dd>
        <dt>Received</dt><dd>{mail.ReceivedAt.UtcDateTime.ToString("d MMM yyyy HH:mm:ss 'UTC'", CultureInfo.InvariantCulture)} by {mail.Via}</dd>
        <dt>Message-ID</dt><dd><code>{mail.MessageId}</code></dd></dl>
        <div class="content">{(mail.HtmlBody is { } html ? HtmlCleaner.Clean(html) : Html.Of($"<pre>{mail.TextBody}</pre>"))}</div>
        {(mail.AttachmentNames.Count == 0 ? Html.Empty : Html.Of($"<p class=\"file\">Attached: {string.Join(", ", mail.AttachmentNames)}</p>"))}
        </article>
        """);
}
