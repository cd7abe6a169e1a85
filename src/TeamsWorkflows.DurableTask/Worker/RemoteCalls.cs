using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Worker;

/// <summary>Calls of clients here to instances that other processes run: a message there, an answer back.</summary>
/// <remarks>
/// The message is a row, so the call is carried out even if the instance's process dies meanwhile. The answer is not: if the
/// way back breaks, the caller is told that nobody knows, as when its own process dies between commit and answer.
/// </remarks>
/// <param name="write">Writes a turn that only sends.</param>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore without a wait handle holds nothing, and callers may still give places back.")]
internal sealed class RemoteCalls(
    PartitionRuntime runtime, Tenures tenures, Action<Turn> write, TimeProvider time, TaskHubOptions options)
{
    private readonly ConcurrentDictionary<long, ClientCall> _open = new();
    private readonly SemaphoreSlim _places = new(options.MaxPendingCalls);
    private long _lastNumber;
    private volatile Exception? _fault;

    public bool IsHere(string instanceId) => tenures.Of(instanceId) is not null;

    /// <param name="historyEvent">Null: the instance is to be purged.</param>
    /// <exception cref="TaskHubBusyException">
    /// For <see cref="TaskHubOptions.MaxAdmissionWait"/> this process had no part of the hub, or too many calls were without an answer.
    /// </exception>
    /// <exception cref="PartitionLostException">The way back is broken: nobody knows if the call was carried out.</exception>
    /// <exception cref="InvalidOperationException">The hub has stopped.</exception>
    public async Task<DeliveryOutcome> CallAsync(
        string instanceId, HistoryEvent? historyEvent, IReadOnlyCollection<OrchestrationRuntimeStatus> replaceable)
    {
        using var patience = new CancellationTokenSource(options.MaxAdmissionWait, time);
        try
        {
            await _places.WaitAsync(patience.Token);
        }
        catch (OperationCanceledException e)
        {
            throw new TaskHubBusyException(options.MaxAdmissionWait, e);
        }

        try
        {
            await WhenThereIsAPartAsync(patience.Token);
            return await SendAsync(instanceId, historyEvent, replaceable);
        }
        finally
        {
            _places.Release();
        }
    }

    public void Answered(long number, DeliveryOutcome outcome)
    {
        if (_open.TryRemove(number, out var call))
        {
            call.Outcome = outcome;
            call.Tell();
        }
    }

    /// <summary>Tells the callers of a batch that could not be written.</summary>
    public void Unsent(IReadOnlyList<StoreCommand> batch, Exception reason)
    {
        foreach (var text in batch.OfType<RefuseMessages>().SelectMany(static c => c.Sent).Select(static m => m.Call).OfType<string>())
        {
            Fail(RemoteCall.Parse(text).Number, reason);
        }
    }

    /// <summary>Tells every caller: answers may have been missed.</summary>
    public void FailAll(Exception reason)
    {
        foreach (var number in _open.Keys)
        {
            Fail(number, reason);
        }
    }

    /// <summary>Tells every caller, and all who come later, that the hub has stopped.</summary>
    public void Stop(Exception fault)
    {
        _fault ??= fault;
        FailAll(fault);
    }

    private Task<DeliveryOutcome> SendAsync(
        string instanceId, HistoryEvent? historyEvent, IReadOnlyCollection<OrchestrationRuntimeStatus> replaceable)
    {
        var number = Interlocked.Increment(ref _lastNumber);
        ClientCall call = new();
        _open[number] = call;
        if (_fault is { } fault) // looked at after the call is in the list: one of the two finds the other
        {
            Fail(number, new InvalidOperationException("The task hub has stopped.", fault));
        }
        else if (tenures.Current is [var sender, ..])
        {
            RemoteCall remote = new(tenures.Node, number, [.. replaceable]);
            write(Turn.Sending(runtime.Message(sender, instanceId, historyEvent, remote)));
        }
        else
        {
            Fail(number, Unsent());
        }

        return call.Answer;
    }

    private void Fail(long number, Exception reason)
    {
        if (_open.TryRemove(number, out var call))
        {
            call.Fail(reason);
        }
    }

    private async Task WhenThereIsAPartAsync(CancellationToken patience)
    {
        try
        {
            for (var begun = tenures.Begun; tenures.Current.Count == 0; begun = tenures.Begun)
            {
                await begun.WaitAsync(patience);
            }
        }
        catch (OperationCanceledException e)
        {
            throw new TaskHubBusyException(options.MaxAdmissionWait, e);
        }
    }

    private PartitionLostException Unsent()
        => new(string.Create(CultureInfo.InvariantCulture, $"'{tenures.Node}' has no part of the task hub any more. The call was not made."), []);
}
