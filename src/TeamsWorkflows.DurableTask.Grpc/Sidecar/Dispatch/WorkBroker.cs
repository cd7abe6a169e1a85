using System.Diagnostics.CodeAnalysis;
using TeamsWorkflows.DurableTask.Core;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.DurableTask.Grpc.Sidecar.Dispatch;

/// <summary>Hands a hub's work to the workers that are connected: each thing to one at a time, oldest first.</summary>
/// <remarks>
/// What a worker holds is its own until it answers, abandons it, or its stream ends; then the next one gets it, under a new
/// token, and an answer under the old one is refused. Work that no connected worker takes waits and is in nobody's way.
/// Who abandons work (a version that it does not run, say) is not asked again for <see cref="RefusalPause"/>: another one is.
/// </remarks>
internal sealed partial class WorkBroker : IRemoteWorkers
{
    /// <summary>How long a worker is not offered what it has abandoned: a loop over the network for nothing, otherwise.</summary>
    public static readonly TimeSpan RefusalPause = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly Func<Guid> _newToken;
    private readonly TimeSpan _turnTimeLimit;
    private readonly ITimer _watch;
    private readonly ITimer _pause;
    private readonly Queue<(long Since, Work Work, WorkerStream Worker)> _refusals = new(); // the oldest first
    private readonly Dictionary<WorkKey, SortedDictionary<long, Work>> _waiting = [];
    private readonly Dictionary<string, Work> _held = new(StringComparer.Ordinal);
    private readonly List<WorkerStream> _workers = [];
    private long _order;
    private int _next; // whose turn it was last among the workers
    private bool _isStopped;

    /// <param name="time">Ends the pause after a refusal, and tells when a turn is overdue.</param>
    /// <param name="newToken">Makes completion tokens: nobody must be able to guess one.</param>
    /// <param name="turnTimeLimit">How long a worker may keep a turn.</param>
    public WorkBroker(TimeProvider time, Func<Guid> newToken, TimeSpan turnTimeLimit)
    {
        (_time, _newToken, _turnTimeLimit) = (time, newToken, turnTimeLimit);
        _watch = time.CreateTimer(_ => TakeAwayOverdue(), null, turnTimeLimit / 4, turnTimeLimit / 4);
        _pause = time.CreateTimer(_ => EndRefusals(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Gets the number of things that wait for a worker, and that workers hold.</summary>
    public (int Waiting, int Held, int Workers) Figures
    {
        get
        {
            lock (_gate)
            {
                return (_waiting.Values.Sum(static line => line.Count), _held.Count, _workers.Count);
            }
        }
    }

    public async Task<OrchestratorResponse?> PlayAsync(OrchestratorWorkItem item, CancellationToken stopping)
    {
        WorkKey key = new(WorkKind.Turn, item.Name, item.Version ?? "");
        Work? work = null;
        var answered = OfferAsync(order => work = new Work(key, item.InstanceId, order) { Turn = item });
        item.WhenWithdrawn(() => Withdraw(work!));
        return (OrchestratorResponse?)await answered;
    }

    public async Task<HistoryEvent?> ExecuteAsync(ActivityWorkItem item, CancellationToken stopping)
    {
        WorkKey key = new(WorkKind.Activity, item.Scheduled.Name, item.Scheduled.Version ?? "");
        return (HistoryEvent?)await OfferAsync(order => new Work(key, item.InstanceId, order) { Activity = item });
    }

    public void Connect(WorkerStream worker)
    {
        lock (_gate)
        {
            if (_isStopped)
            {
                worker.Close();
                return;
            }

            _workers.Add(worker);
            Distribute();
        }
    }

    /// <summary>Gives what a lost worker holds to the others.</summary>
    public void Disconnect(WorkerStream worker)
    {
        lock (_gate)
        {
            worker.Close();
            _workers.Remove(worker);
            foreach (var work in _held.Values.Where(w => w.Holder == worker).ToArray())
            {
                PutBack(work);
            }

            ForgetOverdue(worker);
            Distribute();
        }
    }

    /// <summary>Looks for what an answer is about.</summary>
    /// <returns>What is held under a token; null: nothing is (any more).</returns>
    public Work? Find(string token)
    {
        lock (_gate)
        {
            FreeOverdue(token);
            return _held.GetValueOrDefault(token);
        }
    }

    /// <returns>The turn of an instance that some worker holds; null: none does.</returns>
    public OrchestratorWorkItem? HeldTurn(string instanceId, string? executionId)
    {
        lock (_gate)
        {
            return _held.Values.FirstOrDefault(w => w.Turn is { } turn && !w.IsWithdrawn && turn.InstanceId == instanceId
                && (string.IsNullOrEmpty(executionId) || turn.ExecutionId == executionId))?.Turn;
        }
    }

    /// <summary>Keeps a part of a worker's answer; the last one comes by <see cref="TryComplete"/>.</summary>
    /// <returns>False when the token is stale: the part is of no answer any more.</returns>
    public bool TryAddPart(string token, IEnumerable<OrchestratorAction> actions)
    {
        lock (_gate)
        {
            if (!TryFind(token, WorkKind.Turn, out var work))
            {
                return false;
            }

            work.AddParts(actions);
            return true;
        }
    }

    /// <summary>Takes a worker's answer.</summary>
    /// <returns>False when the token is stale: another worker has got the work, or has done it.</returns>
    public bool TryComplete(string token, WorkKind kind, object? answer)
    {
        Work? work;
        lock (_gate)
        {
            if (!TryFind(token, kind, out work))
            {
                return false;
            }

            _held.Remove(token);
            work.Holder!.Release(kind);
            Distribute();
        }

        work.Answer(work.IsWithdrawn ? null : answer);
        return true;
    }

    /// <summary>Puts work back into its place in line, for any worker but the one that has just said that it cannot do it.</summary>
    /// <returns>False when the token is stale.</returns>
    public bool TryAbandon(string token, WorkKind kind)
    {
        lock (_gate)
        {
            FreeOverdue(token);
            if (!TryFind(token, kind, out var work))
            {
                return false;
            }

            Refuse(work, work.Holder!);
            PutBack(work);
            Distribute();
            return true;
        }
    }

    /// <summary>Puts work back into its place in line, for whoever takes it next: its holder asked for it in another form.</summary>
    /// <returns>False when the token is stale.</returns>
    public bool TryAskAgain(string token, WorkKind kind)
    {
        lock (_gate)
        {
            if (!TryFind(token, kind, out var work))
            {
                return false;
            }

            PutBack(work);
            Distribute();
            return true;
        }
    }

    /// <summary>Ends all streams, and tells the engine that nothing more comes.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _isStopped = true;
            _watch.Dispose();
            _pause.Dispose();
            foreach (var worker in _workers)
            {
                worker.Close();
            }

            foreach (var work in _held.Values.Concat(_waiting.Values.SelectMany(static line => line.Values)))
            {
                work.Answer(null);
            }

            _held.Clear();
            _waiting.Clear();
            _overdue.Clear();
        }
    }

    private Task<object?> OfferAsync(Func<long, Work> make)
    {
        lock (_gate)
        {
            var work = make(_order++);
            if (_isStopped)
            {
                work.Answer(null);
            }
            else
            {
                Line(work.Key).Add(work.Order, work);
                Distribute();
            }

            return work.Answered;
        }
    }

    private bool TryFind(string token, WorkKind kind, [NotNullWhen(true)] out Work? work)
        => _held.TryGetValue(token, out work) && work.Key.Kind == kind;

    private void Refuse(Work work, WorkerStream refuser)
    {
        work.Refuse(refuser);
        _refusals.Enqueue((_time.GetTimestamp(), work, refuser));
        if (_refusals.Count == 1)
        {
            _pause.Change(RefusalPause, Timeout.InfiniteTimeSpan);
        }
    }

    private void EndRefusals()
    {
        lock (_gate)
        {
            while (_refusals.TryPeek(out var oldest))
            {
                var left = RefusalPause - _time.GetElapsedTime(oldest.Since);
                if (left > TimeSpan.Zero)
                {
                    _pause.Change(left > Tick ? left : Tick, Timeout.InfiniteTimeSpan);
                    break;
                }

                oldest.Work.ForgetRefusal(oldest.Worker);
                _refusals.Dequeue();
            }

            Distribute();
        }
    }

    private void PutBack(Work work)
    {
        work.Holder!.Release(work.Key.Kind);
        Return(work);
    }

    private void Return(Work work)
    {
        _held.Remove(work.Token);
        work.TakeBack();
        if (work.IsWithdrawn)
        {
            work.Answer(null);
        }
        else
        {
            Line(work.Key).Add(work.Order, work);
        }
    }

    // What a worker has, it may answer: the answer is dropped then.
    private void Withdraw(Work work)
    {
        lock (_gate)
        {
            if (work.Holder is null)
            {
                TakeOut(work);
                work.Answer(null);
            }
        }
    }

    private void TakeOut(Work work)
    {
        if (_waiting.TryGetValue(work.Key, out var line) && line.Remove(work.Order) && line.Count == 0)
        {
            _waiting.Remove(work.Key);
        }
    }

    private SortedDictionary<long, Work> Line(WorkKey key)
    {
        if (!_waiting.TryGetValue(key, out var line))
        {
            _waiting.Add(key, line = []);
        }

        return line;
    }

    // In turn among the workers, so that none is full while another one has nothing.
    private void Distribute()
    {
        var idle = 0;
        while (_workers.Count > 0 && idle < _workers.Count && _waiting.Count > 0)
        {
            _next = (_next + 1) % _workers.Count;
            var worker = _workers[_next];
            idle = TryServe(worker) ? 0 : idle + 1;
        }
    }

    private bool TryServe(WorkerStream worker)
    {
        Work? oldest = null;
        foreach (var (key, line) in _waiting)
        {
            if (worker.Takes(key)
                && line.Values.FirstOrDefault(w => !w.IsRefusedBy(worker)) is { } first
                && (oldest is null || first.Order < oldest.Order))
            {
                oldest = first;
            }
        }

        if (oldest is null)
        {
            return false;
        }

        TakeOut(oldest);
        if (oldest.IsWithdrawn)
        {
            oldest.Answer(null);
            return true;
        }

        (oldest.Holder, oldest.Token, oldest.HeldSince) = (worker, _newToken().ToString("N"), _time.GetTimestamp());
        _held.Add(oldest.Token, oldest);
        worker.Give(oldest);
        return true;
    }
}
