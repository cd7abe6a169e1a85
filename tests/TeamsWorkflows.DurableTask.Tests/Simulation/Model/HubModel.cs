using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Storage;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.DurableTask.Tests.Simulation.Model;

/// <summary>What a task hub must be: every instance on disk, every message under way, and what each turn must make of them.</summary>
/// <remarks>
/// No cleverness: an instance is played from its first event on at every turn, nothing is kept between two. What is not
/// durable (inboxes, calls without an answer) is gone after a crash, and nobody was promised anything else.
/// </remarks>
internal sealed class HubModel(TaskHubOptions options)
{
    private readonly Dictionary<string, List<Arrival>> _inboxes = new(StringComparer.Ordinal);
    private readonly SortedDictionary<long, (string Id, Arrival Arrival)> _messages = [];

    /// <summary>Gets what must be on disk.</summary>
    public SortedDictionary<string, ModelInstance> Instances { get; } = new(StringComparer.Ordinal);

    /// <summary>Gets the messages that no turn has read.</summary>
    public IEnumerable<long> Messages => _messages.Keys;

    public bool HasUnread => _inboxes.Count > 0;

    public bool HasInbox(string id) => _inboxes.ContainsKey(id);

    public void Arrive(string id, Arrival arrival)
    {
        if (!_inboxes.TryGetValue(id, out var inbox))
        {
            _inboxes.Add(id, inbox = []);
        }

        inbox.Add(arrival);
    }

    /// <summary>Takes what the turn that begins now is to read.</summary>
    public IReadOnlyList<Arrival> Take(string id) => _inboxes.Remove(id, out var inbox) ? inbox : [];

    /// <summary>Says what a turn must come to.</summary>
    public ModelTurn Expect(string id, IReadOnlyList<Arrival> inbox, DateTimeOffset now, Func<string> newExecutionId)
    {
        var before = Instances.GetValueOrDefault(id);
        var intake = new ModelIntake(before, now, newExecutionId);
        List<(Task<DeliveryOutcome>, DeliveryOutcome)> answers = [];
        foreach (var arrival in inbox)
        {
            var outcome = intake.Read(arrival);
            if (arrival.Answer is { } answer)
            {
                answers.Add((answer, outcome));
            }
        }

        var turn = new ModelTurn(id, before, intake.IsGone ? null : before)
        {
            IsGone = intake.IsGone,
            Sent = intake.Refusals,
            Consumed = [.. inbox.Select(static a => a.Sequence).OfType<long>()],
            Answers = answers,
            IsRewind = intake.IsRewind,
        };
        return Play(turn, intake, now, newExecutionId);
    }

    /// <summary>Makes a turn durable.</summary>
    /// <param name="sent">What it sent, as it was written: equal to what was expected but for made-up identifiers.</param>
    public void Commit(ModelTurn turn, IReadOnlyList<StoredMessage> sent)
    {
        if (turn.After is { } after)
        {
            Instances[turn.Id] = after;
        }
        else
        {
            Instances.Remove(turn.Id);
        }

        foreach (var (sequence, id, executionId, parentId, bytes) in sent)
        {
            _messages.Add(sequence, (id, new Arrival(HistoryCodec.Decode(bytes).Single(), executionId, parentId, sequence)));
        }

        foreach (var consumed in turn.Consumed)
        {
            Assert.True(_messages.Remove(consumed), $"Message {consumed} was never there, or read before.");
        }
    }

    /// <summary>Hands over the messages of a durable turn.</summary>
    public void Release(IEnumerable<long> sent)
    {
        foreach (var sequence in sent)
        {
            Arrive(_messages[sequence].Id, _messages[sequence].Arrival);
        }
    }

    /// <summary>Forgets what is not durable, and hands over what is.</summary>
    public void Crash()
    {
        _inboxes.Clear();
        Release(_messages.Keys);
    }

    private ModelTurn Play(ModelTurn turn, ModelIntake intake, DateTimeOffset now, Func<string> newExecutionId)
    {
        IReadOnlyList<HistoryEvent> events = intake.Events;
        var (row, player) = (intake.Row, new ModelPlayer(turn.Id, options, now, newExecutionId));
        if (row?.Waiting is { } waited || (row is null && events.Count > 0))
        {
            events = [.. row?.Waiting ?? [], .. events];
            if (PutOff(turn.Id, events, now) is { } waits)
            {
                return intake.Events.Count == 0 ? turn : turn with { After = waits, Read = intake.Events };
            }
        }
        else if (row is { IsFinished: false })
        {
            events = WithTimers(row, Outcomes.WithoutRepetitions(events, row.History), now);
        }

        if (events.Count == 0)
        {
            return turn;
        }

        var past = row is null || row.Waiting is not null ? [] : row.History;
        if (intake.IsRewind)
        {
            past = player.Rewind(past);
            events = Outcomes.WithoutRepetitions(events, past);
            player.Ask([.. past, .. events]);
        }

        var after = player.Play(past, [new OrchestratorStartedEvent { Timestamp = now }, .. events], row?.CustomStatus);
        return turn with { After = after, Sent = [.. turn.Sent, .. player.Sent], Generations = player.Generations, Read = events };
    }

    // An instance whose time has not come, or that is suspended, does not begin; to be terminated it need not.
    private static ModelInstance? PutOff(string id, IReadOnlyList<HistoryEvent> waiting, DateTimeOffset now)
    {
        var isSuspended = waiting.LastOrDefault(static e => e is ExecutionSuspendedEvent or ExecutionResumedEvent) is ExecutionSuspendedEvent;
        var startAt = ((ExecutionStartedEvent)waiting[0]).ScheduledStartAt;
        return waiting.Any(static e => e is ExecutionTerminatedEvent) || !(isSuspended || startAt > now) ? null
            : new(id, isSuspended ? OrchestrationRuntimeStatus.Suspended : OrchestrationRuntimeStatus.Pending)
            {
                Waiting = waiting,
                Timer = isSuspended ? null : startAt,
            };
    }

    // A timer that is due comes before what arrived after its time.
    private static List<HistoryEvent> WithTimers(ModelInstance row, IReadOnlyList<HistoryEvent> events, DateTimeOffset now)
    {
        List<HistoryEvent> all = [.. events];
        var at = 0;
        foreach (var timer in row.Open.OfType<TimerCreatedEvent>().Where(t => t.FireAt <= now).OrderBy(static t => t.FireAt).ThenBy(static t => t.EventId))
        {
            var later = all.FindIndex(at, e => e.Timestamp >= timer.FireAt);
            at = later < 0 ? all.Count : later;
            all.Insert(at++, new TimerFiredEvent(timer.EventId, timer.FireAt) { Timestamp = timer.FireAt });
        }

        return all;
    }
}
