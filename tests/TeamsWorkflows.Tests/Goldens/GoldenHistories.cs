using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using TeamsWorkflows.DurableTask;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Storage;
using TeamsWorkflows.DurableTask.Testing;

namespace TeamsWorkflows.Tests.Goldens;

/// <summary>Histories of the product's workflows as earlier builds made them. Running instances have such histories.</summary>
/// <remarks>
/// Every test that runs the product is a scenario: when it ends, its histories have to match the code that made them. With
/// <see cref="RecordTo"/> set, those that go a way of their own (which events, in which order) are kept as files, too. A file
/// that is there already stays as the older build wrote it.
/// </remarks>
internal static class GoldenHistories
{
    /// <summary>The environment variable that names the folder to record to: this one, in the repository.</summary>
    public const string RecordTo = "TEAMSWORKFLOWS_RECORD_GOLDENS";

    public static string Folder => Path.Combine(AppContext.BaseDirectory, "Goldens");

    public static IReadOnlyDictionary<string, RecordedHistory> All { get; } = Directory.GetFiles(Folder, "*.json")
        .Order(StringComparer.Ordinal).ToDictionary(static f => Path.GetFileName(f), static f => HistoryJson.Read(File.ReadAllText(f)));

    /// <summary>Gets today's code; nothing of it is executed, so nothing that activities need has to be there.</summary>
    public static DurableTaskRegistry Registry => TeamsWorkflowsRegistration.CreateRegistry(new ServiceCollection().BuildServiceProvider());

    /// <summary>Holds all histories of a store to the code that made them, and keeps new ones when that is asked for.</summary>
    public static void Take(InMemoryPartitionStore store, string secret)
    {
        var replayer = new OrchestrationReplayer(Registry, new() { DifferencesAreMismatches = true });
        var folder = Environment.GetEnvironmentVariable(RecordTo);
        foreach (var row in store.Query(new([]), long.MaxValue, int.MaxValue))
        {
            var history = new RecordedHistory(row.Id, row.Name, [.. store.Load(row.Id)!.History.SelectMany(HistoryCodec.Decode)]);
            replayer.Replay(history).ThrowUnlessMatches();
            if (folder is not null)
            {
                Keep(history.WithoutStackTraces(), row.Status, folder, secret);
            }
        }
    }

    private static void Keep(RecordedHistory history, OrchestrationRuntimeStatus status, string folder, string secret)
    {
        var file = Path.Combine(folder, $"{history.Name}.{status}.{Way(history)}.json");
        if (!File.Exists(file))
        {
            var json = HistoryJson.Write(history);
            Assert.DoesNotContain(secret, json, StringComparison.Ordinal);
            File.WriteAllText(file, json);
        }
    }

    // Which events, in which order; turns apart, since what arrives together depends on the machine.
    private static string Way(RecordedHistory history)
    {
        var steps = string.Join('\n', history.Events.Where(static e => e is not OrchestratorStartedEvent).Select(static e => e switch
        {
            TaskScheduledEvent x => $"call {x.Name}",
            TaskCompletedEvent x => $"result {Kind(x.Result)}",
            SubOrchestrationInstanceCreatedEvent x => $"start {x.Name}",
            SubOrchestrationInstanceCompletedEvent x => $"end {Kind(x.Result)}",
            EventRaisedEvent x => $"event {x.Name}",
            _ => e.GetType().Name,
        }));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(steps)))[..8];
    }

    // The discriminator of an outcome; other results do not decide the way by themselves.
    private static string Kind(string? result)
        => result?.IndexOf("\"outcome\":\"", StringComparison.Ordinal) is { } at and >= 0 ? result[at..].Split('"')[3] : "";
}
