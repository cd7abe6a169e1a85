using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using TeamsWorkflows.Data;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Api;

namespace TeamsWorkflows.Server.Live;

/// <summary>The feed as Server-Sent Events, for programs and for open pages.</summary>
internal sealed class EventStream(ChangeFeed feed, IHostApplicationLifetime lifetime, TimeProvider time)
{
    private const string LastEventId = "Last-Event-ID";
    private const int RetrySeconds = 5;

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    // A client that was told to go reconnects, and shows anew who it is.
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <param name="topics">Words with commas between them; null: all that the caller may see.</param>
    public Results<ServerSentEventsResult<ChangeResource>, ProblemHttpResult> Open(HttpContext http, string? topics)
    {
        if (!TryRead(topics, out var wanted))
        {
            return Problems.InvalidParameter("topics", QueryText.Choices<ChangeTopic>());
        }

        if (wanted.Contains(ChangeTopic.Orchestrations) && !http.User.MayAdminister())
        {
            if (topics is not null)
            {
                return Problems.Of(
                    StatusCodes.Status403Forbidden, "forbidden", "Your role does not allow this", $"Orchestrations need the role {Roles.Administrator}.");
            }

            wanted.Remove(ChangeTopic.Orchestrations);
        }

        if (feed.Subscribe(http.User.Publisher(), wanted, FeedPosition.Parse(http.Request.Headers[LastEventId])) is not { } client)
        {
            http.Response.Headers.RetryAfter = "30";
            return Problems.Of(
                StatusCodes.Status503ServiceUnavailable,
                "too-many-streams",
                "Too many listen",
                $"This server has {ChangeFeed.MaxClients} streams at most, {ChangeFeed.MaxOfOne} of one caller. Close one, or ask another server, and try again in 30 seconds.");
        }

        http.Response.RegisterForDispose(client);
        return TypedResults.ServerSentEvents(ReadAsync(client, EndOf(http), http.RequestAborted));
    }

    private static bool TryRead(string? topics, out HashSet<ChangeTopic> wanted)
    {
        wanted = [];
        if (string.IsNullOrWhiteSpace(topics))
        {
            wanted.UnionWith(Enum.GetValues<ChangeTopic>());
            return true;
        }

        foreach (var word in topics.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!QueryText.TryRead<ChangeTopic>(word, out var topic) || topic is null)
            {
                return false;
            }

            wanted.Add(topic.Value);
        }

        return true;
    }

    // Not beyond what the caller showed at the door.
    private DateTimeOffset EndOf(HttpContext http)
    {
        var longest = time.GetUtcNow() + Longest;
        var proved = http.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult?.Properties?.ExpiresUtc;
        return proved < longest ? proved.Value : longest;
    }

    private async IAsyncEnumerable<SseItem<ChangeResource>> ReadAsync(
        Subscription client, DateTimeOffset end, CancellationToken aborted, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(aborted, lifetime.ApplicationStopping, cancellationToken);
        yield return Item("ready", client.Position, new(null, null, time.GetUtcNow()));
        while (time.GetUtcNow() < end)
        {
            switch (await WaitAsync(client, over.Token))
            {
                case null:
                    yield break;
                case false:
                    yield return Item("heartbeat", client.Position, new(null, null, time.GetUtcNow()));
                    break;
                default:
                    foreach (var e in client.Take(feed.NewReset))
                    {
                        yield return Item(e.Change is null ? "reset" : "change", e.Position, new(e.Change?.Topic, e.Change?.Id, e.At));
                    }

                    break;
            }
        }
    }

    /// <returns>Whether there is news; null: it is over.</returns>
    private async Task<bool?> WaitAsync(Subscription client, CancellationToken over)
    {
        try
        {
            return await client.WaitAsync(Heartbeat, time, over);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private static SseItem<ChangeResource> Item(string type, FeedPosition position, ChangeResource data)
        => new(data, type) { EventId = position.ToString(), ReconnectionInterval = TimeSpan.FromSeconds(RetrySeconds) };
}

/// <summary>Something has changed; what it is now is asked for where it is.</summary>
/// <param name="Topic">What kind of thing; null: the event is about none.</param>
/// <param name="Id">Which one; null: some of them.</param>
internal sealed record ChangeResource(ChangeTopic? Topic, string? Id, DateTimeOffset At);
