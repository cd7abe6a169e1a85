using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Hosting;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Sdk;

namespace TeamsWorkflows.Functions;

/// <summary>Activities whose code reaches the task hub's client: they run as all others do, and bring the client along.</summary>
public sealed class ActivityFunctions(BoundClient client, DurableTaskRegistry registry, IHostApplicationLifetime lifetime)
{
    internal const string CheckConnections = nameof(CheckConnections);
    internal const string HandOverOccurrence = nameof(HandOverOccurrence);
    internal const string NotifyOperators = nameof(NotifyOperators);
    internal const string OpenChat = nameof(OpenChat);
    internal const string ParkRun = nameof(ParkRun);
    internal const string PlanOccurrences = nameof(PlanOccurrences);
    internal const string ProbeConnection = nameof(ProbeConnection);
    internal const string RedeemDeviceCode = nameof(RedeemDeviceCode);
    internal const string RemindOperators = nameof(RemindOperators);
    internal const string ResumeRuns = nameof(ResumeRuns);
    internal const string SendReceipt = nameof(SendReceipt);

    internal static IReadOnlyCollection<string> Names { get; } =
        [CheckConnections, HandOverOccurrence, NotifyOperators, OpenChat, ParkRun, PlanOccurrences, ProbeConnection, RedeemDeviceCode, RemindOperators, ResumeRuns, SendReceipt];

    /// <summary>Tries connections, and opens cases for those that do not work.</summary>
    [Function(CheckConnections)]
    public Task<JsonElement?> CheckConnectionsAsync(
        [ActivityTrigger] JsonElement? input, FunctionContext function, [DurableClient] DurableTaskClient durable)
        => RunAsync(CheckConnections, input, function, durable);

    /// <summary>Makes the report of a schedule's occurrence, and starts its delivery.</summary>
    [Function(HandOverOccurrence)]
    public Task<JsonElement?> HandOverOccurrenceAsync(
        [ActivityTrigger] JsonElement? input, FunctionContext function, [DurableClient] DurableTaskClient durable)
        => RunAsync(HandOverOccurrence, input, function, durable);

    /// <summary>Mails a new case to the operators.</summary>
    [Function(NotifyOperators)]
    public Task<JsonElement?> NotifyOperatorsAsync(
        [ActivityTrigger] JsonElement? input, FunctionContext function, [DurableClient] DurableTaskClient durable)
        => RunAsync(NotifyOperators, input, function, durable);

    /// <summary>Finds or makes a chat, and wakes those who wait for it.</summary>
    [Function(OpenChat)]
    public Task<JsonElement?> OpenChatAsync(
        [ActivityTrigger] JsonElement? input, FunctionContext function, [DurableClient] DurableTaskClient durable)
        => RunAsync(OpenChat, input, function, durable);

    /// <summary>Puts a run behind its connection's case, whose orchestration it starts if it is the first.</summary>
    [Function(ParkRun)]
    public Task<JsonElement?> ParkRunAsync(
        [ActivityTrigger] JsonElement? input, FunctionContext function, [DurableClient] DurableTaskClient durable)
        => RunAsync(ParkRun, input, function, durable);

    /// <summary>Says what is due of a schedule; asks what became of the occurrences that it had begun.</summary>
    [Function(PlanOccurrences)]
    public Task<JsonElement?> PlanOccurrencesAsync(
        [ActivityTrigger] JsonElement? input, FunctionContext function, [DurableClient] DurableTaskClient durable)
        => RunAsync(PlanOccurrences, input, function, durable);

    /// <summary>Proves that the connections of a case work again; one that fails for another reason by now gets a case of its own.</summary>
    [Function(ProbeConnection)]
    public Task<JsonElement?> ProbeConnectionAsync(
        [ActivityTrigger] JsonElement? input, FunctionContext function, [DurableClient] DurableTaskClient durable)
        => RunAsync(ProbeConnection, input, function, durable);

    /// <summary>Asks once whether a person has signed in by device code, and tells the case that waits for it.</summary>
    [Function(RedeemDeviceCode)]
    public Task<JsonElement?> RedeemDeviceCodeAsync(
        [ActivityTrigger] JsonElement? input, FunctionContext function, [DurableClient] DurableTaskClient durable)
        => RunAsync(RedeemDeviceCode, input, function, durable);

    /// <summary>Reminds the operators of a case that nobody has resolved.</summary>
    [Function(RemindOperators)]
    public Task<JsonElement?> RemindOperatorsAsync(
        [ActivityTrigger] JsonElement? input, FunctionContext function, [DurableClient] DurableTaskClient durable)
        => RunAsync(RemindOperators, input, function, durable);

    /// <summary>Wakes the runs behind a case that is closed, each for its turn.</summary>
    [Function(ResumeRuns)]
    public Task<JsonElement?> ResumeRunsAsync(
        [ActivityTrigger] JsonElement? input, FunctionContext function, [DurableClient] DurableTaskClient durable)
        => RunAsync(ResumeRuns, input, function, durable);

    /// <summary>Tells a report's webhook how it ended.</summary>
    [Function(SendReceipt)]
    public Task<JsonElement?> SendReceiptAsync(
        [ActivityTrigger] JsonElement? input, FunctionContext function, [DurableClient] DurableTaskClient durable)
        => RunAsync(SendReceipt, input, function, durable);

    private Task<JsonElement?> RunAsync(string name, JsonElement? input, FunctionContext function, DurableTaskClient durable)
    {
        client.Bind(durable);
        var instanceId = (string)function.BindingContext.BindingData["instanceId"]!;
        return new SdkActivity(registry, lifetime.ApplicationStopping).RunAsync(name, instanceId, version: null, input);
    }
}
