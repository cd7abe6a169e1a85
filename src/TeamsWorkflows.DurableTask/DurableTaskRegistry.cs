using System.Text.Json;

namespace TeamsWorkflows.DurableTask;

/// <summary>Names to code. Types are erased once, here, so nothing downstream needs reflection or <c>object</c>.</summary>
/// <param name="json">How inputs, outputs, events and custom status become text. Changing it changes how old histories read.</param>
public sealed class DurableTaskRegistry(JsonSerializerOptions json)
{
    private readonly Dictionary<TaskName, RunOrchestrator> _orchestrators = [];
    private readonly Dictionary<(TaskName Name, string Version), RunOrchestrator> _versions = [];
    private readonly Dictionary<TaskName, RunActivity> _activities = [];

    /// <summary>Gets the names of all orchestrators, each once however many versions it has; for a test that wants to see each of them.</summary>
    public IReadOnlyList<TaskName> OrchestratorNames => [.. _orchestrators.Keys.Union(_versions.Keys.Select(static k => k.Name))];

    /// <summary>Gets the names of all activities.</summary>
    public IReadOnlyList<TaskName> ActivityNames => [.. _activities.Keys];

    internal delegate Task<string?> RunOrchestrator(TaskOrchestrationContext context, string? input);

    internal delegate Task<string?> RunActivity(TaskActivityContext context, string? input);

    internal JsonSerializerOptions Json { get; } = json;

    /// <summary>Registers an orchestrator; <paramref name="create"/> is asked for a new one each time a replay begins.</summary>
    /// <exception cref="ArgumentException">The name is empty, or registered already.</exception>
    public DurableTaskRegistry AddOrchestrator<TInput, TOutput>(
        TaskName name, Func<TaskOrchestrator<TInput, TOutput>> create)
    {
        Add(_orchestrators, name, Erase(create), $"An orchestrator named '{name}'", name);
        return this;
    }

    /// <summary>Registers the code of one version of an orchestrator; instances of other versions run the code without one.</summary>
    /// <exception cref="ArgumentException">The name or the version is empty, or the name is registered already with that version.</exception>
    public DurableTaskRegistry AddOrchestrator<TInput, TOutput>(
        TaskName name, string version, Func<TaskOrchestrator<TInput, TOutput>> create)
    {
        ArgumentException.ThrowIfNullOrEmpty(version);
        Add(_versions, (name, version), Erase(create), $"Version '{version}' of orchestrator '{name}'", name);
        return this;
    }

    /// <summary>Registers an activity; <paramref name="create"/> is asked for one at each execution.</summary>
    /// <exception cref="ArgumentException">The name is empty, or registered already.</exception>
    public DurableTaskRegistry AddActivity<TInput, TOutput>(TaskName name, Func<TaskActivity<TInput, TOutput>> create)
    {
        RunActivity run = async (context, input) => Serialize(await create().RunAsync(context, Deserialize<TInput>(input)));
        Add(_activities, name, run, $"An activity named '{name}'", name);
        return this;
    }

    internal RunOrchestrator? FindOrchestrator(TaskName name, string? version)
        => version is not null && _versions.TryGetValue((name, version), out var exact) ? exact : _orchestrators.GetValueOrDefault(name);

    internal RunActivity? FindActivity(TaskName name) => _activities.GetValueOrDefault(name);

    // Which of two would run must not depend on the order in which a host adds them.
    private static void Add<TKey, TRun>(Dictionary<TKey, TRun> code, TKey key, TRun run, string what, TaskName name)
        where TKey : notnull
    {
        ArgumentException.ThrowIfNullOrEmpty(name.Value, nameof(name));
        if (!code.TryAdd(key, run))
        {
            throw new ArgumentException($"{what} is registered already. Names are compared without regard to case.", nameof(name));
        }
    }

    private RunOrchestrator Erase<TInput, TOutput>(Func<TaskOrchestrator<TInput, TOutput>> create)
        => async (context, input) => Serialize(await create().RunAsync(context, Deserialize<TInput>(input)));

    internal string? Serialize<T>(T value) => value is null ? null : JsonSerializer.Serialize(value, Json);

    internal T Deserialize<T>(string? text) => text is null ? default! : JsonSerializer.Deserialize<T>(text, Json)!;
}
