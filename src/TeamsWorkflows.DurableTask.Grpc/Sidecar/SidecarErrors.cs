using Grpc.Core;
using Grpc.Core.Interceptors;
using TeamsWorkflows.DurableTask.Client;

namespace TeamsWorkflows.DurableTask.Grpc.Sidecar;

/// <summary>Gives the engine's refusals the status that clients of Durable Task branch on.</summary>
internal sealed class SidecarErrors : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (Exception e) when (StatusOf(e, context) is { } code)
        {
            throw new RpcException(new Status(code, e.Message, e));
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context);
        }
        catch (Exception e) when (StatusOf(e, context) is { } code)
        {
            throw new RpcException(new Status(code, e.Message, e));
        }
    }

    // The engine says with InvalidOperationException that an instance's status does not allow it, or that the hub has stopped.
    private static StatusCode? StatusOf(Exception e, ServerCallContext context) => e switch
    {
        OrchestrationNotFoundException => StatusCode.NotFound,
        OrchestrationAlreadyExistsException => StatusCode.AlreadyExists,
        TaskHubBusyException => StatusCode.ResourceExhausted,
        ArgumentException => StatusCode.InvalidArgument,
        ObjectDisposedException => StatusCode.Unavailable,
        InvalidOperationException { InnerException: null } => StatusCode.FailedPrecondition,
        InvalidOperationException { InnerException: OrchestrationAlreadyExistsException } => StatusCode.FailedPrecondition,
        InvalidOperationException => StatusCode.Unavailable,
        // A caller with a deadline that cancels before it does not read the answer.
        OperationCanceledException when context.CancellationToken.IsCancellationRequested
            => context.Deadline == DateTime.MaxValue ? StatusCode.Cancelled : StatusCode.DeadlineExceeded,
        _ => null,
    };
}
