using System.Globalization;
using TeamsWorkflows.Sandbox.Common;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Pages;

/// <summary>A channel as people see it in Teams.</summary>
internal sealed class TeamsPage(World world)
{
    /// <summary>Conversations shown; older ones are in the store but not on the page.</summary>
    private const int Limit = 100;

    /// <summary>The channel of the product's first example: Finance, Reports.</summary>
    public Reply ShowDefault()
    {
        var team = world.DefaultTenant.Identity.Teams[0];
        return Show(world.DefaultTenant, World.DefaultAlias, team, team.Channels[1]);
    }

    public Reply Show(Exchange exchange)
    {
        var alias = exchange.Route("tenant");
        if (world.FindTenant(alias) is not { } tenant)
        {
            return NotFound();
        }

        if (exchange.Route("teamId").Length == 0)
        {
            return Show(tenant, alias, tenant.Identity.Teams[0], tenant.Identity.Teams[0].Channels[1]);
        }

        return tenant.FindTeam(exchange.Route("teamId")) is { } team
            && tenant.FindChannel(team.Id, exchange.Route("channelId")) is { } channel
                ? Show(tenant, alias, team, channel)
                : NotFound();
    }

    private static Reply Show(TenantStore tenant, string alias, TeamIdentity team, ChannelIdentity channel)
    {
        var version = tenant.Version;
        var messages = tenant.Read(state => state.Messages
            .Where(message => message.TeamId == team.Id && message.ChannelId == channel.Id).ToArray());
        var replies = messages.Where(message => message.ReplyToId is not null).ToLookup(message => message.ReplyToId, StringComparer.Ordinal);
        var conversations = messages.Where(message => message.ReplyToId is null).TakeLast(Limit).ToArray();
        return Layout.Teams(
            $"{channel.DisplayName} | {team.DisplayName} | Teams sandbox",
            Rail.Of(alias, "Teams"),
            Html.Of($"""
                <aside class="list" aria-label="Teams and channels"><h2>Teams</h2>
                {tenant.Identity.Teams.Select(other => Team(tenant, alias, other, channel))}
                </aside>
                <main class="channel" data-live="{alias}" data-version="{version}">
                <header><span class="avatar square" aria-hidden="true">{team.DisplayName[..1]}</span>
                <h1>{channel.DisplayName}</h1><small>{team.DisplayName} · {tenant.Identity.DisplayName}</small></header>
                <div class="messages">
                {(conversations.Length == 0 ? Html.Of($"<p class=\"empty\">Nothing was posted here yet.</p>") : Html.Empty)}
                {conversations.Select(message => Conversation(tenant, message, replies[message.Id].ToArray()))}
                </div></main>
                """));
    }

    private static Html Team(TenantStore tenant, string alias, TeamIdentity team, ChannelIdentity current)
    {
        var channels = tenant.Read(state => state.Channels[team.Id].ToArray());
        return Html.Of($"""
            <section><h3><span class="avatar square" aria-hidden="true">{team.DisplayName[..1]}</span>{team.DisplayName}</h3>
            <ul>{channels.Select(channel => Html.Of($"<li><a href=\"/teams/{alias}/{team.Id}/{Uri.EscapeDataString(channel.Id)}\"{Current(channel == current)}>{channel.DisplayName}</a></li>"))}</ul></section>
            """);
    }

    private static Html Current(bool isCurrent) => isCurrent ? Html.Of($" aria-current=\"page\"") : Html.Empty;

    private static Html Conversation(TenantStore tenant, SandboxMessage message, SandboxMessage[] replies) => Html.Of($"""
        <article class="message" id="m{message.Id}">{Message(tenant, message)}
        {(replies.Length == 0 ? Html.Empty : Html.Of($"<details class=\"replies\"><summary>{replies.Length} {(replies.Length == 1 ? "reply" : "replies")}</summary>{replies.Select(reply => Html.Of($"<div class=\"reply\">{Message(tenant, reply)}</div>"))}</details>"))}
        </article>
        """);

    private static Html Message(TenantStore tenant, SandboxMessage message)
    {
        var author = tenant.FindUser(message.FromUserId)?.DisplayName ?? (message.FromWorkflowId is null ? "Unknown" : "Workflows");
        var time = message.CreatedAt.UtcDateTime;
        return Html.Of($"""
            <div class="by"><span class="avatar" aria-hidden="true">{author[..1]}</span><strong>{author}</strong>
            <time datetime="{time.ToString("O", CultureInfo.InvariantCulture)}">{time.ToString("d MMM HH:mm:ss 'UTC'", CultureInfo.InvariantCulture)}</time>
            {(message.Importance is "high" or "urgent" ? Html.Of($"<span class=\"important\">Important</span>") : Html.Empty)}</div>
            {(message.Subject is { Length: > 0 } subject ? Html.Of($"<h2>{subject}</h2>") : Html.Empty)}
            <div class="content">{(message.ContentType == "html" ? HtmlCleaner.Clean(message.Content) : Html.Of($"<p>{message.Content}</p>"))}</div>
            {message.Attachments.Select(Attachment)}
            """);
    }

    private static Html Attachment(SandboxAttachment attachment) => attachment.Content is { } content
        ? CardView.Render(content)
        : Html.Of($"<p class=\"file\">File: {attachment.Name ?? attachment.ContentUrl}</p>");

    private static Reply NotFound() => Layout.Teams(
        "Not found",
        Rail.Of(World.DefaultAlias, "Teams"),
        Html.Of($"<main class=\"plain\"><h1>Not found</h1><p>The sandbox has no such tenant, team or channel.</p></main>"),
        status: 404);
}
