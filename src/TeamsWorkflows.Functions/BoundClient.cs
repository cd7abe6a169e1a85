using Official = Microsoft.DurableTask.Client.DurableTaskClient;

namespace TeamsWorkflows.Functions;

/// <summary>The official client. Functions hands it to a function with a binding, and to nobody else.</summary>
/// <remarks>So whatever comes in from outside binds it first. All bindings of one process are of one host and one hub.</remarks>
public sealed class BoundClient
{
    private volatile Official? _client;

    /// <exception cref="InvalidOperationException">No function has bound it yet.</exception>
    internal Official Current => _client ?? throw new InvalidOperationException(
        "The durable client is not bound: a function that reaches the task hub needs a parameter with [DurableClient].");

    internal void Bind(Official client) => _client = client;
}
