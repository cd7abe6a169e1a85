using System.Globalization;
using Microsoft.Graph;
using Microsoft.Graph.Models;
using Microsoft.Kiota.Abstractions;
using Microsoft.Kiota.Abstractions.Serialization;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Graph;

/// <summary>An answer of Graph, or why there is none.</summary>
internal abstract record GraphResult<T>
{
    /// <param name="Value">Null when the service said yes and nothing else.</param>
    public sealed record Success(T? Value, ExchangeRecord Exchange) : GraphResult<T>;

    /// <param name="IsNeverSent">Whether the connection itself failed, so that nothing can have happened.</param>
    public sealed record Failure(FailureEvidence Evidence, bool IsNeverSent) : GraphResult<T>;
}

/// <summary>The calls to Graph that deliveries need; each is one HTTP exchange, or pages of one read.</summary>
internal sealed class TeamsChannels(GraphClients clients, TimeProvider time, Func<Guid> newGuid)
{
    // Messages since the post, 50 a page: a channel takes 3,000 of one application a day.
    private const int MaxPages = 60;

    // The service's clock and ours may differ by this much.
    private static readonly TimeSpan ClockMargin = TimeSpan.FromMinutes(2);

    public string NewRequestId() => newGuid().ToString("D");

    public Task<GraphResult<ChatMessage>> PostAsync(
        string accessToken, string teamId, string channelId, ChatMessage message, string clientRequestId, CancellationToken cancellationToken)
        => CallAsync(
            accessToken,
            record => clients.Create(accessToken).Teams[teamId].Channels[channelId].Messages.PostAsync(
                message, request => Mark(request, record, clientRequestId), cancellationToken),
            clientRequestId,
            cancellationToken);

    /// <summary>Looks for the message with a marker among those since a time.</summary>
    /// <returns>Success without a value: it is not there (yet).</returns>
    public Task<GraphResult<ChatMessage>> FindAsync(
        string accessToken,
        string teamId,
        string channelId,
        Guid cardId,
        DateTimeOffset since,
        string clientRequestId,
        CancellationToken cancellationToken)
    {
        var from = (since - ClockMargin).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return CallAsync(
            accessToken,
            async record =>
            {
                var delta = clients.Create(accessToken).Teams[teamId].Channels[channelId].Messages.Delta;
                var page = await delta.GetAsDeltaGetResponseAsync(
                    request =>
                    {
                        (request.QueryParameters.Filter, request.QueryParameters.Top) = ($"lastModifiedDateTime gt {from}", 50);
                        Mark(request, record, clientRequestId);
                    },
                    cancellationToken);
                for (var pages = 1; ; pages++)
                {
                    if (page?.Value?.Find(m => ChannelMessage.Carries(m, cardId)) is { } found)
                    {
                        return found;
                    }

                    if (page?.OdataNextLink is not { } next || pages == MaxPages)
                    {
                        return null;
                    }

                    page = await delta.WithUrl(next).GetAsDeltaGetResponseAsync(
                        request => Mark(request, record, clientRequestId), cancellationToken);
                }
            },
            clientRequestId,
            cancellationToken);
    }

    /// <summary>Asks who we are: the cheapest call that proves a delegated token.</summary>
    public Task<GraphResult<User>> ProbeAsync(string accessToken, string clientRequestId, CancellationToken cancellationToken)
        => CallAsync(
            accessToken,
            record => clients.Create(accessToken).Me.GetAsync(request => Mark(request, record, clientRequestId), cancellationToken),
            clientRequestId,
            cancellationToken);

    private async Task<GraphResult<T>> CallAsync<T>(
        string accessToken, Func<ExchangeRecord, Task<T?>> call, string clientRequestId, CancellationToken cancellationToken)
        where T : class, IParsable
    {
        var record = new ExchangeRecord();
        try
        {
            return new GraphResult<T>.Success(await call(record), record);
        }
        catch (Exception e) when (IsOfTheExchange(e, record, cancellationToken))
        {
            var evidence = record.ToEvidence(time.GetUtcNow(), clientRequestId, e) with { Token = TokenClaims.Read(accessToken) };
            return new GraphResult<T>.Failure(evidence, record.IsNeverSent);
        }
    }

    // A success that cannot be read (cut off, not JSON) is of the exchange, too: the record then has its status.
    private static bool IsOfTheExchange(Exception e, ExchangeRecord record, CancellationToken cancellationToken) => e switch
    {
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        ApiException or ServiceException or ClaimsChallengeException or HttpRequestException or IOException => true,
        _ => record.Status is not null,
    };

    private static void Mark<TQuery>(RequestConfiguration<TQuery> request, ExchangeRecord record, string clientRequestId)
        where TQuery : class, new()
    {
        request.Headers.Add("client-request-id", clientRequestId);
        request.Options.Add(record);
    }
}
