using System.Text.Json;
using TeamsWorkflows.DurableTask.Core;
using Official = Microsoft.DurableTask;

namespace TeamsWorkflows.DurableTask.Sdk;

/// <summary>External events, matched to waiters by the engine's own rules.</summary>
/// <remarks>
/// The official context loses an event that meets a cancelled waiter. So it has one waiter per name, which is never
/// cancelled, and who gets what that one receives is decided here.
/// </remarks>
/// <param name="now">The orchestration's clock.</param>
internal sealed class SdkExternalEvents(Official.TaskOrchestrationContext official, Func<DateTimeOffset> now)
{
    private readonly ExternalEvents _events = new();
    private readonly HashSet<string> _listening = new(StringComparer.OrdinalIgnoreCase);
    private bool _isClosed;

    /// <summary>Gets or sets a value indicating whether the next generation gets what nobody has taken.</summary>
    public bool KeepForNext { get; set; }

    /// <returns>The event's JSON.</returns>
    public Task<string?> WaitAsync(string name, CancellationToken cancellationToken)
    {
        var waiting = _events.WaitAsync(name, cancellationToken);
        if (!waiting.IsCompleted && _listening.Add(name))
        {
            _ = ListenAsync(name);
        }

        return waiting;
    }

    /// <summary>The orchestrator has ended: what was received for it, and what still comes, goes to the next generation or is dropped.</summary>
    public void Close()
    {
        _isClosed = true;
        foreach (var left in _events.Unprocessed.OfType<EventRaisedEvent>())
        {
            Forward(left.Name, left.Input);
        }
    }

    private async Task ListenAsync(string name)
    {
        do
        {
            var payload = (await official.WaitForExternalEvent<JsonElement?>(name))?.GetRawText();
            if (_isClosed)
            {
                Forward(name, payload);
            }
            else
            {
                _events.Raise(new EventRaisedEvent(name, payload) { Timestamp = now() });
            }
        }
        while (_events.IsAwaited(name) && !_isClosed);
        _listening.Remove(name);
    }

    private void Forward(string name, string? payload)
    {
        if (KeepForNext)
        {
            official.SendEvent(official.InstanceId, name, DurableTaskJson.Parse(payload)!);
        }
    }
}
