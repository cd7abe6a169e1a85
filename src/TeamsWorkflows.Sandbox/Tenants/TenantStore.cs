
namespace TeamsWorkflows.Sandbox.Tenants;

/// <summary>One tenant's state behind its lock, its journal, and the signal that something changed.</summary>
internal sealed class TenantStore : IDisposable
{
    /// <summary>Requests kept in the log; older ones are dropped.</summary>
    private const int RequestLimit = 10_000;

    private readonly Lock _gate = new();
    private readonly TenantState _state;
    private readonly Journal? _journal;
    private readonly Queue<SandboxRequest> _requests = new();
    private TaskCompletionSource _changed = NewSignal();
    private long _version;

    public TenantStore(TenantIdentity identity, IReadOnlyList<TenantChange> changes, Journal? journal)
    {
        Identity = identity;
        _state = new TenantState(identity);
        _journal = journal;
        foreach (var change in changes)
        {
            _state.Apply(change);
        }
    }

    public TenantIdentity Identity { get; }

    public string Id => Identity.Id;

    /// <summary>Highest place in the order of events that the journal knew.</summary>
    public long LastSequence => Read(state => state.Marks.Values.Select(mark => mark.Sequence)
        .Concat(state.Rules.Select(rule => rule.Sequence))
        .Concat(state.Secrets.Values.SelectMany(secrets => secrets.Select(secret => secret.Sequence)))
        .Concat(state.Certificates.Values.SelectMany(all => all.Select(certificate => certificate.Sequence)))
        .DefaultIfEmpty().Max());

    /// <summary>Completes with the next change. Take it before looking at the state, or a change slips through.</summary>
    public Task NextChange
    {
        get
        {
            lock (_gate)
            {
                return _changed.Task;
            }
        }
    }

    /// <summary>Grows with every change, so that a page can ask whether it is out of date.</summary>
    public long Version
    {
        get
        {
            lock (_gate)
            {
                return _version;
            }
        }
    }

    public void Commit(params IReadOnlyList<TenantChange> changes) => Commit(_ => (changes, 0));

    /// <summary>Decides on the current state and applies the decision, both under the lock.</summary>
    public T Commit<T>(Func<TenantState, (IReadOnlyList<TenantChange> Changes, T Result)> decide)
    {
        TaskCompletionSource? signal = null;
        T result;
        lock (_gate)
        {
            (var changes, result) = decide(_state);
            foreach (var change in changes)
            {
                _journal?.Append(change);
                _state.Apply(change);
            }

            if (changes.Count > 0)
            {
                signal = Advance();
            }
        }

        signal?.TrySetResult();
        return result;
    }

    /// <summary>Reads under the lock. What leaves must be a copy.</summary>
    public T Read<T>(Func<TenantState, T> read)
    {
        lock (_gate)
        {
            return read(_state);
        }
    }

    public void Log(SandboxRequest request)
    {
        TaskCompletionSource signal;
        lock (_gate)
        {
            _requests.Enqueue(request);
            if (_requests.Count > RequestLimit)
            {
                _requests.Dequeue();
            }

            signal = Advance();
        }

        signal.TrySetResult();
    }

    public IReadOnlyList<SandboxRequest> Requests()
    {
        lock (_gate)
        {
            return _requests.ToArray();
        }
    }

    public void Dispose() => _journal?.Dispose();

    private TaskCompletionSource Advance()
    {
        _version++;
        var signal = _changed;
        _changed = NewSignal();
        return signal;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
