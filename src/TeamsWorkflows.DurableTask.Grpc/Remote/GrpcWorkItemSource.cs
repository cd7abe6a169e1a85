using System.Runtime.CompilerServices;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using TeamsWorkflows.DurableTask.Protocol;

namespace TeamsWorkflows.DurableTask.Grpc.Remote;

/// <summary>Work of another engine: a stream that comes back by itself, answers, and work given back.</summary>
/// <remarks>
/// A stream that ends takes no work with it: what is in hand goes on, and its answer is sent when the engine is there again.
/// Whether it still counts, the engine says: one that has handed the work to somebody else refuses the token, and the answer
/// is dropped, as after a crash. An answer that it does not take for another reason is given back: nobody else would get it.
/// </remarks>
internal sealed partial class GrpcWorkItemSource(RemoteHub hub, ILogger logger)
{
    private static readonly TimeSpan HelloPatience = TimeSpan.FromSeconds(15);

    // An engine that refuses a stream does so at once; one that has no work says nothing.
    private static readonly TimeSpan RefusalPatience = TimeSpan.FromSeconds(1);

    private volatile string? _trouble = "It has not answered yet";

    /// <summary>Gets why no work comes from the engine at the moment; null: it answers, and has not refused the stream of work.</summary>
    /// <remarks>A stream says nothing for as long as there is no work, so the engine is asked before each one.</remarks>
    public string? Trouble => _trouble;

    /// <summary>Reads work until told to stop, over as many streams as it takes.</summary>
    public async IAsyncEnumerable<WorkItem> ReadAsync([EnumeratorCancellation] CancellationToken stopping)
    {
        var tries = 0;
        while (!stopping.IsCancellationRequested)
        {
            if (!await IsThereAsync(stopping))
            {
                await hub.BackOffAsync(++tries, stopping);
                continue;
            }

            using var stream = hub.Service.GetWorkItems(Announcement(), cancellationToken: CancellationToken.None);
            await using var end = stopping.Register(stream.Dispose);
            while (await NextAsync(stream, stopping) is { } item)
            {
                tries = 0;
                if (item.RequestCase != WorkItem.RequestOneofCase.HealthPing)
                {
                    yield return item;
                }
            }

            if (!stopping.IsCancellationRequested)
            {
                await hub.BackOffAsync(++tries, stopping);
            }
        }
    }

    /// <summary>Reads a history that is too long for the item itself.</summary>
    public async Task<IReadOnlyList<Protocol.HistoryEvent>> HistoryAsync(Protocol.OrchestratorRequest request, CancellationToken cancellation)
    {
        using var stream = hub.Service.StreamInstanceHistory(
            new StreamInstanceHistoryRequest { InstanceId = request.InstanceId, ExecutionId = request.ExecutionId, ForWorkItemProcessing = true },
            cancellationToken: cancellation);
        List<Protocol.HistoryEvent> history = [];
        await foreach (var chunk in stream.ResponseStream.ReadAllAsync(cancellation))
        {
            history.AddRange(chunk.Events);
        }

        return history;
    }

    public Task CompleteAsync(Protocol.OrchestratorResponse response, CancellationToken stopping)
        => AnswerAsync(
            token => hub.Service.CompleteOrchestratorTaskAsync(response, cancellationToken: token).ResponseAsync,
            response.InstanceId,
            token => hub.Service.AbandonTaskOrchestratorWorkItemAsync(new() { CompletionToken = response.CompletionToken }, cancellationToken: token).ResponseAsync,
            stopping);

    public Task CompleteAsync(ActivityResponse response, CancellationToken stopping)
        => AnswerAsync(
            token => hub.Service.CompleteActivityTaskAsync(response, cancellationToken: token).ResponseAsync,
            response.InstanceId,
            token => hub.Service.AbandonTaskActivityWorkItemAsync(new() { CompletionToken = response.CompletionToken }, cancellationToken: token).ResponseAsync,
            stopping);

    /// <summary>Gives work back, for whoever takes it next.</summary>
    public Task AbandonAsync(WorkItem item, CancellationToken stopping)
    {
        var (service, token) = (hub.Service, item.CompletionToken);
        return AnswerAsync(Call, "abandoned work", giveBack: null, stopping);

        Task Call(CancellationToken cancellation) => item.RequestCase switch
        {
            WorkItem.RequestOneofCase.OrchestratorRequest => service.AbandonTaskOrchestratorWorkItemAsync(
                new() { CompletionToken = token }, cancellationToken: cancellation).ResponseAsync,
            WorkItem.RequestOneofCase.ActivityRequest => service.AbandonTaskActivityWorkItemAsync(
                new() { CompletionToken = token }, cancellationToken: cancellation).ResponseAsync,
            _ => service.AbandonTaskEntityWorkItemAsync(new() { CompletionToken = token }, cancellationToken: cancellation).ResponseAsync,
        };
    }

    private GetWorkItemsRequest Announcement() => new()
    {
        MaxConcurrentOrchestrationWorkItems = hub.Options.MaxConcurrentTurns,
        MaxConcurrentActivityWorkItems = hub.Options.MaxConcurrentActivities,
        Capabilities = { WorkerCapability.HistoryStreaming },
    };

    private async Task<bool> IsThereAsync(CancellationToken stopping)
    {
        try
        {
            await hub.Service.HelloAsync(new Empty(), deadline: hub.Time.GetUtcNow().UtcDateTime + HelloPatience, cancellationToken: stopping);
            return true;
        }
        catch (Exception e) when (stopping.IsCancellationRequested && e is RpcException or OperationCanceledException or ObjectDisposedException)
        {
            return false;
        }
        catch (RpcException e)
        {
            Lose(e);
            return false;
        }
    }

    // Whatever ended the stream, the next one is tried: a refusal of today (a hub that is being made, a role) may be gone tomorrow.
    private async Task<WorkItem?> NextAsync(AsyncServerStreamingCall<WorkItem> stream, CancellationToken stopping)
    {
        try
        {
            var isNext = stream.ResponseStream.MoveNext(CancellationToken.None);
            if (_trouble is not null)
            {
                await Task.WhenAny(isNext, Task.Delay(RefusalPatience, hub.Time, stopping));
                _trouble = isNext.IsFaulted ? _trouble : null;
            }

            return await isNext ? stream.ResponseStream.Current : null;
        }
        catch (Exception e) when (stopping.IsCancellationRequested && e is RpcException or ObjectDisposedException or InvalidOperationException)
        {
            return null;
        }
        catch (RpcException e)
        {
            Lose(e);
            return null;
        }
    }

    // The log has the engine's own words; who asks whether this process is ready may be anybody.
    private void Lose(RpcException e)
    {
        _trouble = e.StatusCode.ToString();
        Log.Lost(logger, hub.Options.Endpoint, e.StatusCode, LogText.Of(e.Status.Detail));
    }

    private async Task AnswerAsync(Func<CancellationToken, Task> call, string what, Func<CancellationToken, Task>? giveBack, CancellationToken stopping)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await call(CancellationToken.None);
                return;
            }
            catch (RpcException e) when (IsTransient(e) && tries <= hub.Options.MaxAnswerRetries && !stopping.IsCancellationRequested)
            {
                await hub.BackOffAsync(tries, stopping);
            }
            catch (RpcException e)
            {
                Log.Dropped(logger, LogText.Of(what), e.StatusCode, LogText.Of(e.Status.Detail));
                if (giveBack is not null && e.StatusCode != StatusCode.NotFound)
                {
                    await AnswerAsync(giveBack, "work that was given back", giveBack: null, stopping);
                }

                return;
            }
        }
    }

    internal static bool IsTransient(RpcException e)
        => e.StatusCode is StatusCode.Unavailable or StatusCode.ResourceExhausted or StatusCode.Aborted or StatusCode.Internal or StatusCode.DeadlineExceeded;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The engine at {Endpoint} is not there: {Status} {Detail}. It is tried again")]
        public static partial void Lost(ILogger logger, string endpoint, StatusCode status, string detail);

        [LoggerMessage(2, LogLevel.Warning, "The engine did not take the answer for {What}: {Status} {Detail}. It hands the work out again, or has done so")]
        public static partial void Dropped(ILogger logger, string what, StatusCode status, string detail);
    }
}
