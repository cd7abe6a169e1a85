using Microsoft.Graph;
using Microsoft.Kiota.Abstractions;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Graph;

/// <summary>An answer of Graph, or why there is none.</summary>
internal abstract record GraphResult<T>
{
    /// <param name="Value">Null when the service said yes and nothing else.</param>
    public sealed record Success(T? Value, ExchangeRecord Exchange) : GraphResult<T>;

    /// <param name="IsNeverSent">Whether the connection itself failed, so that nothing can have happened.</param>
    public sealed record Failure(FailureEvidence Evidence, bool IsNeverSent) : GraphResult<T>;

    /// <summary>What an answer leaves behind that is not the one hoped for: the failure's evidence, or that of a success without what is needed.</summary>
    /// <param name="now">When a success was seen; a failure knows it.</param>
    public FailureEvidence ToEvidence(DateTimeOffset now, string clientRequestId) => this switch
    {
        Failure failure => failure.Evidence,
        Success success => success.Exchange.ToEvidence(now, clientRequestId, exception: null),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}

/// <summary>Makes one call to Graph and gives its answer or the evidence of its failure.</summary>
internal sealed class GraphCaller(GraphClients clients, TimeProvider time, Func<Guid> newGuid)
{
    /// <summary>How far the service's clock and ours may differ when messages are looked for by their time.</summary>
    public static readonly TimeSpan ClockMargin = TimeSpan.FromMinutes(2);

    public string NewRequestId() => newGuid().ToString("D");

    public async Task<GraphResult<T>> CallAsync<T>(
        string accessToken, Func<GraphServiceClient, ExchangeRecord, Task<T?>> call, string clientRequestId, CancellationToken cancellationToken)
        where T : class
    {
        var record = new ExchangeRecord();
        try
        {
            return new GraphResult<T>.Success(await call(clients.Create(accessToken), record), record);
        }
        catch (Exception e) when (IsOfTheExchange(e, record, cancellationToken))
        {
            var evidence = record.ToEvidence(time.GetUtcNow(), clientRequestId, e) with { Token = TokenClaims.Read(accessToken) };
            return new GraphResult<T>.Failure(evidence, record.IsNeverSent);
        }
    }

    public static void Mark<TQuery>(RequestConfiguration<TQuery> request, ExchangeRecord record, string clientRequestId)
        where TQuery : class, new()
    {
        request.Headers.Add("client-request-id", clientRequestId);
        request.Options.Add(record);
    }

    // A success that cannot be read (cut off, not JSON) is of the exchange, too: the record then has its status.
    private static bool IsOfTheExchange(Exception e, ExchangeRecord record, CancellationToken cancellationToken) => e switch
    {
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        ApiException or ServiceException or ClaimsChallengeException or HttpRequestException or IOException => true,
        _ => record.Status is not null,
    };
}
