using TeamsWorkflows.Sandbox.Common;
using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Faults;

/// <summary>Lets the tenant's fault rules have their way with a request.</summary>
internal static class FaultGate
{
    /// <summary>Carries a request out, unless a fault says otherwise. The first matching rule applies, alone.</summary>
    /// <param name="accept">What the request does when nothing is wrong.</param>
    public static async Task<Reply> RunAsync(Exchange exchange, Func<Task<Reply>> accept)
    {
        if (Take(exchange) is not { } rule)
        {
            return await accept();
        }

        exchange.Fault = rule.Name;
        var real = rule.Moment == FaultMoment.AfterAccepting || rule.Status is null && !rule.Cut ? await accept() : null;
        if (rule.Delay > TimeSpan.Zero && !rule.Headers.ContainsKey("Retry-After"))
        {
            await Task.Delay(rule.Delay, exchange.Time, exchange.Aborted);
        }

        return Answer(rule, exchange, real);
    }

    /// <summary>The rule that applies to something in a tenant, counted as used; null when all is well.</summary>
    public static FaultRule? Take(TenantStore tenant, FaultSubject subject, DateTimeOffset now) => tenant.Commit<FaultRule?>(state =>
    {
        var ended = state.Rules.Where(rule => rule.Until <= now).Select(rule => new FaultsRemoved(rule.Id));
        var rule = state.Rules.FirstOrDefault(rule => !(rule.Until <= now) && Matches(rule, subject));
        IEnumerable<TenantChange> used = rule?.Count is null ? [] : [new FaultUsed(rule.Id)];
        return (ended.Concat(used).ToArray(), rule);
    });

    private static FaultRule? Take(Exchange exchange) => exchange.Tenant is not { } tenant ? null : Take(
        tenant,
        new FaultSubject(
            exchange.Surface, exchange.App?.ClientId, exchange.User?.Id, exchange.ChannelId, exchange.TokenSequence),
        exchange.Time.GetUtcNow());

    private static bool Matches(FaultRule rule, FaultSubject subject) =>
        rule.Behaviour == FaultBehaviour.Answer
        && SandboxSurfaces.Covers(rule.Surface, subject.Surface)
        && (rule.ClientId is null || rule.ClientId == subject.ClientId)
        && (rule.UserId is null || rule.UserId == subject.UserId)
        && (rule.ChannelId is null || rule.ChannelId == subject.ChannelId)
        && !(rule.OnlyEarlierTokens && subject.TokenSequence > rule.Sequence);

    private static Reply Answer(FaultRule rule, Exchange exchange, Reply? real)
    {
        if (rule.Cut)
        {
            return Reply.Empty(0) with { Cut = true };
        }

        if (rule.Status is not { } status)
        {
            return real ?? throw new InvalidOperationException($"The fault {rule.Name} has neither a status nor a real answer.");
        }

        var reply = rule.Body is { } body
            ? Reply.OfText(status, rule.ContentType ?? "application/json; charset=utf-8", FaultTemplate.Fill(body, rule, exchange))
            : Reply.Empty(status);
        return rule.Headers.Aggregate(
            reply, (current, header) => current.With(header.Key, FaultTemplate.Fill(header.Value, rule, exchange)));
    }

    /// <summary>Whether a read must not show a message yet.</summary>
    public static bool Hides(this IEnumerable<FaultRule> rules, SandboxMessage message, DateTimeOffset now)
        => rules.Hides(message.ChannelId, message.CreatedAt, now);

    /// <summary>Whether a list must not show a chat yet.</summary>
    public static bool Hides(this IEnumerable<FaultRule> rules, Chat chat, DateTimeOffset now) => rules.Hides(channelId: null, chat.CreatedAt, now);

    private static bool Hides(this IEnumerable<FaultRule> rules, string? channelId, DateTimeOffset createdAt, DateTimeOffset now) => rules.Any(rule =>
        rule.Behaviour == FaultBehaviour.HideNewMessages
        && !(rule.Until <= now)
        && (rule.ChannelId is null || rule.ChannelId == channelId)
        && createdAt >= rule.Since
        && now < createdAt + rule.Delay);
}

/// <summary>What a fault rule is matched against.</summary>
internal sealed record FaultSubject(
    string Surface, string? ClientId, string? UserId, string? ChannelId, long? TokenSequence);
