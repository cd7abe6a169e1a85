using System.Text.Json.Serialization;

namespace TeamsWorkflows.DurableTask.Tests.Simulation;

/// <summary>A workflow as data: what an instance must do is then known to everybody who can read its input.</summary>
/// <param name="Generations">How often it still continues as new before it ends.</param>
/// <param name="KeepsEvents">Whether events that nobody took go along to the next generation.</param>
/// <param name="NextVersion">The version of the next generation; null: the same.</param>
internal sealed record Program(Step[] Steps, int Generations = 0, bool KeepsEvents = true, string? NextVersion = null);

[JsonDerivedType(typeof(Call), "call")]
[JsonDerivedType(typeof(Sub), "sub")]
[JsonDerivedType(typeof(Fire), "fire")]
[JsonDerivedType(typeof(Sleep), "sleep")]
[JsonDerivedType(typeof(Await), "await")]
[JsonDerivedType(typeof(Send), "send")]
[JsonDerivedType(typeof(Together), "together")]
[JsonDerivedType(typeof(Status), "status")]
[JsonDerivedType(typeof(GiveUp), "giveup")]
internal abstract record Step;

/// <summary>Runs an activity.</summary>
internal sealed record Call(string Name, Retries Retries, bool IsCaught) : Step;

/// <param name="Id">The child's identifier, perhaps somebody else's; null: the engine makes one up.</param>
internal sealed record Sub(Program Child, string? Id, Retries Retries, bool IsCaught, string? Version = null) : Step;

internal sealed record Fire(Program Child, string? Id) : Step;

internal sealed record Sleep(long Seconds) : Step;

/// <summary>Waits for an event, but not for ever: every program ends by itself.</summary>
internal sealed record Await(string Event, int TimeoutSeconds) : Step;

internal sealed record Send(string Target, string Event) : Step;

internal sealed record Together(Step[] Branches, bool IsAny) : Step;

internal sealed record Status(string Text) : Step;

internal sealed record GiveUp : Step;

internal enum Retries
{
    None,
    Policy,
    Handler,
}

/// <summary>Makes programs of a seed.</summary>
internal sealed class ProgramSource(Random random)
{
    /// <summary>The identifiers that clients and programs name: few, so that they meet.</summary>
    public static readonly string[] Ids = ["a", "b", "c", "d", "e"];

    public static readonly string[] Events = ["go", "GO", "go", "Stop"];

    public static readonly string?[] Versions = [null, null, null, "1", "2.1", "5", "5", "9"];

    public Program Next(int depth = 2) => new(
        [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => NextStep(depth))],
        random.Next(5) == 0 ? random.Next(1, 7) : 0,
        random.Next(3) > 0,
        random.Next(4) == 0 ? Versions[random.Next(Versions.Length)] : null);

    private Step NextStep(int depth) => random.Next(depth > 0 ? 17 : 10) switch
    {
        0 or 1 or 2 => new Call($"a{random.Next(3)}", (Retries)random.Next(3), random.Next(3) == 0),
        3 => new Sleep(random.Next(8) == 0 ? random.NextInt64(3_000_000_000) : random.Next(1, 400)),
        4 or 5 => new Await(Events[random.Next(Events.Length)], random.Next(30, 2_000)),
        6 => new Send(Ids[random.Next(Ids.Length)], Events[random.Next(Events.Length)]),
        7 or 8 => new Status($"s{random.Next(100)}"),
        9 => random.Next(3) == 0 ? new GiveUp() : new Sleep(random.Next(1, 60)),
        10 or 11 => new Together([.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => NextStep(depth - 1))], random.Next(3) == 0),
        12 or 13 or 14 or 15 => new Sub(
            Next(depth - 1), NextId(4), (Retries)random.Next(3), random.Next(2) == 0, random.Next(4) == 0 ? Versions[random.Next(Versions.Length)] : null),
        _ => new Fire(Next(depth - 1), NextId(2)),
    };

    private string? NextId(int oneIn) => random.Next(oneIn) == 0 ? Ids[random.Next(Ids.Length)] : null;
}
