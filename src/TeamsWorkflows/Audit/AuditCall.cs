namespace TeamsWorkflows.Audit;

/// <summary>An act under way, as the front door knows it: whatever it writes to the product's data is written into the log, too.</summary>
/// <remarks>
/// It flows along with the call. <see cref="Data.Database"/> finds it there, and appends the entry in the transaction that
/// makes the change: neither is ever there without the other, and no desk can forget it.
/// </remarks>
public sealed class AuditCall : IDisposable
{
    private static readonly AsyncLocal<AuditCall?> Ambient = new();

    private readonly AuditCall? _outer;
    private volatile bool _isOver;

    private AuditCall(AuditActor actor, string action, string target, string? reason, AuditCall? outer)
        => (Actor, Action, Target, Reason, _outer) = (actor, action, target, reason, outer);

    /// <summary>Gets the act under way; null: none is, or it is over and something that it began goes on.</summary>
    public static AuditCall? Current => Ambient.Value is { _isOver: false } call ? call : null;

    /// <summary>Gets who acts.</summary>
    public AuditActor Actor { get; private set; }

    /// <summary>Gets what is done, such as <c>case.resolve</c>.</summary>
    public string Action { get; }

    /// <summary>Gets what it is done to, such as <c>case/0197…</c>.</summary>
    public string Target { get; private set; }

    /// <summary>Gets why; null: the act asks for no reason.</summary>
    public string? Reason { get; }

    /// <summary>Gets the last entry that was written about it, and is durable; null: none was.</summary>
    public AuditHead? Written { get; private set; }

    /// <summary>Begins an act; until it is disposed, what this call writes is recorded as its doing.</summary>
    public static AuditCall Begin(AuditActor actor, string action, string target, string? reason)
    {
        var call = new AuditCall(actor, action, target, reason, Ambient.Value);
        Ambient.Value = call;
        return call;
    }

    /// <summary>Says who acts, where the front door could not know: whoever holds a link, for one.</summary>
    public void By(AuditActor actor) => Actor = actor;

    /// <summary>Says what it is done to, where the address did not.</summary>
    public void To(string target) => Target = target;

    /// <summary>Makes this the act under way where its write runs: writes that share a transaction run in nobody's call.</summary>
    internal void Enter() => Ambient.Value = this;

    /// <summary>Says which entry was written about it, once that is durable.</summary>
    /// <param name="head">Null: nothing was changed, so nothing was written.</param>
    internal void Wrote(AuditHead? head)
    {
        if (head is not null && !(head.Sequence <= Written?.Sequence))
        {
            Written = head;
        }
    }

    /// <summary>Ends the act.</summary>
    public void Dispose()
    {
        _isOver = true;
        Ambient.Value = _outer;
    }
}
