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
/// <param name="time">Ends the pause after a refusal.</param>
/// <param name="newToken">Makes completion tokens: nobody must be able to guess one.</param>
internal sealed class WorkBroker(TimeProvider time, Func<Guid> newToken) : IRemoteWorkers
{
    /// <summary>How long a worker is not offered what it has abandoned: a loop over the network for nothing, otherwise.</summary>
    public static readonly TimeSpan RefusalPause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<WorkKey, SortedDictionary<long, Work>> _waiting = [];
    private readonly Dictionary<string, Work> _held = new(StringComparer.Ordinal);
    private readonly List<WorkerStream> _workers = [];
    private long _order;
    private int _next; // whose turn it was last among the workers
    private bool _isStopped;

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
        WorkKey key = new(WorkKind.Turn, item.Started.Name, item.Started.Version ?? "");
        return (OrchestratorResponse?)await OfferAsync(order => new Work(key, item.InstanceId, order) { Turn = item });
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

            Distribute();
        }
    }

    /// <returns>What is held under a token; null: nothing is (any more).</returns>
    public Work? Find(string token)
    {
        lock (_gate)
        {
            return _held.GetValueOrDefault(token);
        }
    }

    /// <returns>The turn of an instance that some worker holds; null: none does.</returns>
    public OrchestratorWorkItem? HeldTurn(string instanceId, string? executionId)
    {
        lock (_gate)
        {
            return _held.Values.FirstOrDefault(w => w.Turn is { } turn && !w.IsWithdrawn && turn.InstanceId == instanceId
                && (string.IsNullOrEmpty(executionId) || turn.Started.ExecutionId == executionId))?.Turn;
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

            work.Parts.AddRange(actions);
            return true;
        }
    }

    /// <summary>Takes a worker's answer.</summary>
    /// <returns>False when the token is stale: another worker has got the work, or has done it.</returns>
    public bool TryComplete(string token, WorkKind kind, object answer)
    {
        Work? work;
        lock (_gate)
        {
            if (!TryFind(token, kind, out work))
            {
                return false;
            }

            _held.Remove(token);
            work.Holder!.Release(work);
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
            if (!TryFind(token, kind, out var work))
            {
                return false;
            }

            var refuser = work.Holder!;
            work.RefusedBy.Add(refuser);
            _ = ForgetRefusalAsync(work, refuser);
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

    private async Task ForgetRefusalAsync(Work work, WorkerStream refuser)
    {
        await Task.Delay(RefusalPause, time);
        lock (_gate)
        {
            work.RefusedBy.Remove(refuser);
            Distribute();
        }
    }

    private void PutBack(Work work)
    {
        _held.Remove(work.Token);
        work.Holder!.Release(work);
        (work.Holder, work.Token) = (null, "");
        work.Parts.Clear();
        Line(work.Key).Add(work.Order, work);
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
                && line.Values.FirstOrDefault(w => !w.RefusedBy.Contains(worker)) is { } first
                && (oldest is null || first.Order < oldest.Order))
            {
                oldest = first;
            }
        }

        if (oldest is null)
        {
            return false;
        }

        var rest = _waiting[oldest.Key];
        rest.Remove(oldest.Order);
        if (rest.Count == 0)
        {
            _waiting.Remove(oldest.Key);
        }

        if (oldest.IsWithdrawn)
        {
            oldest.Answer(null);
            return true;
        }

        (oldest.Holder, oldest.Token) = (worker, newToken().ToString("N"));
        _held.Add(oldest.Token, oldest);
        worker.Give(oldest);
        return true;
    }
}
