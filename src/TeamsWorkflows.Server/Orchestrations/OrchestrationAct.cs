using System.Text.Json;

namespace TeamsWorkflows.Server.Orchestrations;

/// <summary>What an administrator does to an orchestration. The hierarchy is closed.</summary>
internal abstract record OrchestrationAct
{
    private OrchestrationAct()
    {
    }

    /// <summary>Gets the words that <see cref="Parse"/> reads.</summary>
    public static IReadOnlyList<string> Words { get; } = ["terminate", "suspend", "resume", "rewind", "restart", "purge"];

    /// <summary>Gets the word for the record: "terminate".</summary>
    public string Word => GetType().Name.ToLowerInvariant();

    /// <summary>Reads an act that needs nothing but its word.</summary>
    /// <param name="recursive">Whether sub-orchestrations are meant, too; counts for terminate and purge.</param>
    /// <returns>Null when the word names none of them.</returns>
    public static OrchestrationAct? Parse(string? word, bool recursive) => word?.ToLowerInvariant() switch
    {
        "terminate" => new Terminate(recursive),
        "suspend" => new Suspend(),
        "resume" => new Resume(),
        "rewind" => new Rewind(),
        "restart" => new Restart(WithNewId: true),
        "purge" => new Purge(recursive),
        _ => null,
    };

    public sealed record Terminate(bool Recursive) : OrchestrationAct;

    public sealed record Suspend : OrchestrationAct;

    public sealed record Resume : OrchestrationAct;

    public sealed record Rewind : OrchestrationAct;

    /// <param name="WithNewId">Whether the old instance stays; otherwise the new one takes its place.</param>
    public sealed record Restart(bool WithNewId) : OrchestrationAct;

    public sealed record Purge(bool Recursive) : OrchestrationAct;

    /// <param name="Data">Null: the event says nothing but its name.</param>
    public sealed record RaiseEvent(string Name, JsonElement? Data) : OrchestrationAct;
}

/// <summary>What came of it. The hierarchy is closed.</summary>
internal abstract record ActResult
{
    private ActResult()
    {
    }

    /// <param name="InstanceId">Where it goes on: the new instance's identifier after a restart.</param>
    /// <param name="Count">How many instances went, for a purge; 1 otherwise.</param>
    public sealed record Done(string InstanceId, int Count = 1) : ActResult;

    public sealed record NotFound : ActResult;

    /// <summary>The instance does not stand so that it could be done.</summary>
    /// <param name="Why">A sentence that says what would have to be different.</param>
    public sealed record NotNow(string Why) : ActResult;

    /// <summary>What was sent cannot be.</summary>
    public sealed record Invalid(string Field, string Fix) : ActResult;
}
