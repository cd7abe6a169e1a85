using Grpc.Core;
using Microsoft.Extensions.Logging;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Grpc.Sidecar.Dispatch;
using TeamsWorkflows.DurableTask.Protocol;

namespace TeamsWorkflows.DurableTask.Grpc.Sidecar;

/// <content>What workers call: they take a stream of work, and answer.</content>
internal sealed partial class TaskHubSidecar
{
    private const int HistoryChunkBytes = 256 * 1024;

    /// <summary>What gRPC clients take by default, in bytes; much is a little less, for what comes around it.</summary>
    private const int UsualMessageBytes = 4 * 1024 * 1024;

    public override async Task GetWorkItems(
        GetWorkItemsRequest request, IServerStreamWriter<WorkItem> responseStream, ServerCallContext context)
    {
        var hub = await HubAsync(context);
        var worker = new WorkerStream(
            new WorkFilter(request.WorkItemFilters),
            request.MaxConcurrentOrchestrationWorkItems > 0 ? request.MaxConcurrentOrchestrationWorkItems : options.DefaultConcurrency,
            request.MaxConcurrentActivityWorkItems > 0 ? request.MaxConcurrentActivityWorkItems : options.DefaultConcurrency);
        int? streamFrom = request.Capabilities.Contains(WorkerCapability.HistoryStreaming) ? options.StreamHistoryFromBytes : null;
        hub.Broker.Connect(worker);
        try
        {
            await context.WriteResponseHeadersAsync([]); // the worker learns at once that it is connected
            await SendAsync(hub, worker, responseStream, streamFrom, context.CancellationToken);
        }
        catch (Exception e) when (context.CancellationToken.IsCancellationRequested && e is OperationCanceledException or IOException or InvalidOperationException)
        {
            // The worker is gone: whatever the write said about it.
        }
        finally
        {
            hub.Broker.Disconnect(worker);
        }
    }

    public override async Task<CompleteTaskResponse> CompleteOrchestratorTask(Protocol.OrchestratorResponse request, ServerCallContext context)
    {
        var broker = (await HubAsync(context)).Broker;
        var work = broker.Find(request.CompletionToken) ?? throw Stale();
        if (request.RequiresHistory)
        {
            return broker.TryAskAgain(request.CompletionToken, WorkKind.Turn) ? new CompleteTaskResponse() : throw Stale();
        }

        var response = Read(request) with { InstanceId = work.InstanceId }; // the token says whose answer it is
#pragma warning disable CS0612 // Deprecated, and still how the .NET SDK sends an answer that is too large for one message.
        if (request.IsPartial)
#pragma warning restore CS0612
        {
            return broker.TryAddPart(request.CompletionToken, response.Actions) ? new CompleteTaskResponse() : throw Stale();
        }

        var whole = work.Parts.Count == 0 ? response : response with { Actions = [.. work.Parts, .. response.Actions], EventsProcessed = null };
        return broker.TryComplete(request.CompletionToken, WorkKind.Turn, whole) ? new CompleteTaskResponse() : throw Stale();
    }

    public override async Task<CompleteTaskResponse> CompleteActivityTask(ActivityResponse request, ServerCallContext context)
    {
        var hub = await HubAsync(context);
        var (taskId, now) = ((hub.Broker.Find(request.CompletionToken)?.Activity ?? throw Stale()).Scheduled.EventId, hub.Time.GetUtcNow());
        Core.HistoryEvent outcome = request.FailureDetails is { } failure
            ? new Core.TaskFailedEvent(taskId, ProtoMapper.FromProto(failure)) { Timestamp = now }
            : hub.Limits.CheckPayload("The result of the activity", request.Result) is { } problem
                ? new Core.TaskFailedEvent(taskId, new(EngineErrors.PayloadTooLarge, problem, IsNonRetriable: true)) { Timestamp = now }
                : new Core.TaskCompletedEvent(taskId, request.Result) { Timestamp = now };
        return hub.Broker.TryComplete(request.CompletionToken, WorkKind.Activity, outcome) ? new CompleteTaskResponse() : throw Stale();
    }

    public override async Task<AbandonActivityTaskResponse> AbandonTaskActivityWorkItem(AbandonActivityTaskRequest request, ServerCallContext context)
        => (await HubAsync(context)).Broker.TryAbandon(request.CompletionToken, WorkKind.Activity) ? new AbandonActivityTaskResponse() : throw Stale();

    public override async Task<AbandonOrchestrationTaskResponse> AbandonTaskOrchestratorWorkItem(
        AbandonOrchestrationTaskRequest request, ServerCallContext context)
        => (await HubAsync(context)).Broker.TryAbandon(request.CompletionToken, WorkKind.Turn) ? new AbandonOrchestrationTaskResponse() : throw Stale();

    public override async Task StreamInstanceHistory(
        StreamInstanceHistoryRequest request, IServerStreamWriter<HistoryChunk> responseStream, ServerCallContext context)
    {
        var hub = await HubAsync(context);
        if (!request.ForWorkItemProcessing)
        {
            await SendAsync(hub.Client.StreamInstanceHistoryAsync(request.InstanceId, context.CancellationToken), request.InstanceId, responseStream);
            return;
        }

        var turn = hub.Broker.HeldTurn(request.InstanceId, request.ExecutionId)
            ?? throw Refused(StatusCode.NotFound, $"No worker holds a turn of '{request.InstanceId}'.");
        await SendAsync((turn.Read()?.Past ?? []).ToAsyncEnumerable(), request.InstanceId, responseStream);
    }

    private static async Task SendAsync(IAsyncEnumerable<Core.HistoryEvent> events, string instanceId, IServerStreamWriter<HistoryChunk> to)
    {
        var (chunk, size) = (new HistoryChunk(), 0);
        await foreach (var e in events)
        {
            var proto = ProtoMapper.ToProto(e, instanceId);
            chunk.Events.Add(proto);
            size += proto.CalculateSize();
            if (size >= HistoryChunkBytes)
            {
                await to.WriteAsync(chunk);
                (chunk, size) = (new HistoryChunk(), 0);
            }
        }

        if (chunk.Events.Count > 0)
        {
            await to.WriteAsync(chunk);
        }
    }

    private async Task SendAsync(
        SidecarHub hub, WorkerStream worker, IServerStreamWriter<WorkItem> to, int? streamFrom, CancellationToken gone)
    {
        while (true)
        {
            var more = worker.Outgoing.WaitToReadAsync(gone).AsTask();
            while (!await IsInTimeAsync(more, hub.Time, gone))
            {
                await to.WriteAsync(new WorkItem { HealthPing = new HealthPing() }, gone);
            }

            if (!await more)
            {
                return; // the hub stops
            }

            while (worker.Outgoing.TryRead(out var handout))
            {
                if (Wire.ToItem(handout, streamFrom) is { } item)
                {
                    TellIfLarge(item, handout.Work.InstanceId);
                    await to.WriteAsync(item, gone);
                }
                else
                {
                    hub.Broker.TryComplete(handout.Token, handout.Work.Key.Kind, null);
                }
            }
        }
    }

    // A worker that does not take it loses its stream, and comes again, and again: somebody has to know why.
    private void TellIfLarge(WorkItem item, string instanceId)
    {
        var size = item.CalculateSize();
        if (size > UsualMessageBytes)
        {
            Log.Large(logger, LogText.Of(instanceId), size, UsualMessageBytes);
        }
    }

    private async Task<bool> IsInTimeAsync(Task more, TimeProvider time, CancellationToken gone)
    {
        try
        {
            await more.WaitAsync(options.PingInterval, time, gone);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    // What this engine does not carry out is the orchestration's failure, and not the worker's: the same answer would come again.
    private static Core.OrchestratorResponse Read(Protocol.OrchestratorResponse request)
    {
        try
        {
            return ProtoMapper.FromProto(request);
        }
        catch (InvalidDataException e)
        {
            var failure = new DurableTask.TaskFailureDetails("Unimplemented", e.Message, IsNonRetriable: true);
            return new(request.InstanceId, [new Core.CompleteOrchestrationAction(OrchestrationRuntimeStatus.Failed, null, failure, []) { Id = -1 }], null);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Warning,
            "Work of {InstanceId} has {Bytes} bytes. The worker did not announce that it streams histories: it has to take messages of that size; most SDKs take {Usual} unless told otherwise")]
        public static partial void Large(ILogger logger, string instanceId, int bytes, int usual);
    }

    private static RpcException Stale() => Refused(
        StatusCode.NotFound, "The completion token is stale: the work has been done, or another worker has it.");
}
