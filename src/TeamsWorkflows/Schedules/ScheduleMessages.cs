using System.Text.Json.Serialization;

namespace TeamsWorkflows.Schedules;

/// <summary>A schedule; everything else about it is read from the database when it is needed.</summary>
internal sealed record RunScheduleInput(string ScheduleId, Guid Uid);

/// <summary>What a look at a schedule came to.</summary>
/// <param name="IsGone">Whether the schedule was deleted.</param>
/// <param name="Begin">The occurrences that are to run; those that run already are among them.</param>
/// <param name="WakeAt">When to look again, unless something happens before.</param>
internal sealed record ScheduleRound(bool IsGone, IReadOnlyList<RunOccurrenceInput> Begin, DateTimeOffset WakeAt);

/// <param name="Run">How often the occurrence was begun, this time included.</param>
/// <param name="RetryUntil">Until when a failed fetch is repeated; null: nothing is fetched.</param>
internal sealed record RunOccurrenceInput(string ScheduleId, Guid Uid, string OccurrenceId, int Run, DateTimeOffset? RetryUntil);

/// <param name="Reason">Why it came to nothing.</param>
internal sealed record FailOccurrenceInput(string ScheduleId, Guid Uid, string OccurrenceId, int Run, string Reason);

/// <summary>How handing an occurrence's report over went.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "handOver")]
[JsonDerivedType(typeof(Done), "done")]
[JsonDerivedType(typeof(Refused), "refused")]
[JsonDerivedType(typeof(Gone), "gone")]
internal abstract record HandOverOutcome
{
    private HandOverOutcome()
    {
    }

    public sealed record Done(string ReportId) : HandOverOutcome;

    /// <param name="Reason">What is wrong with the report, by field.</param>
    public sealed record Refused(string Reason) : HandOverOutcome;

    /// <summary>The schedule was deleted, or the occurrence has ended otherwise.</summary>
    public sealed record Gone : HandOverOutcome;
}

/// <summary>How a call of a schedule's source went. None of them holds what was answered.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "fetch")]
[JsonDerivedType(typeof(Fetched), "fetched")]
[JsonDerivedType(typeof(Declined), "declined")]
[JsonDerivedType(typeof(Unreachable), "unreachable")]
[JsonDerivedType(typeof(Unusable), "unusable")]
[JsonDerivedType(typeof(Blocked), "blocked")]
[JsonDerivedType(typeof(NotNeeded), "not-needed")]
internal abstract record FetchOutcome
{
    private FetchOutcome()
    {
    }

    /// <summary>Gets what went wrong in a sentence; null: nothing.</summary>
    [JsonIgnore]
    public string? Failure => this switch
    {
        Declined o => $"The source answered {o.Status}.",
        Unreachable o => $"The source could not be reached, or did not answer in time ({o.Exception}).",
        Unusable o => o.Why,
        Blocked => "The source's address leads into a private network. Only hosts in Outbound:TrustedHosts may.",
        _ => null,
    };

    /// <summary>The answer is kept with the occurrence.</summary>
    public sealed record Fetched(int Bytes) : FetchOutcome;

    /// <param name="RetryAfter">How long the source asked to wait.</param>
    public sealed record Declined(int Status, TimeSpan? RetryAfter) : FetchOutcome;

    /// <param name="Exception">The kind of the failure, without its text, which may name the address.</param>
    public sealed record Unreachable(string Exception) : FetchOutcome;

    /// <summary>It answered with what is no JSON, or too much.</summary>
    public sealed record Unusable(string Why) : FetchOutcome;

    /// <summary>Nothing was sent; another try would not be either.</summary>
    public sealed record Blocked : FetchOutcome;

    /// <summary>The schedule was deleted, has no source any more, or the occurrence has ended otherwise.</summary>
    public sealed record NotNeeded : FetchOutcome;
}
