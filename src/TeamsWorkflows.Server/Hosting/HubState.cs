namespace TeamsWorkflows.Server.Hosting;

/// <summary>Whether this process runs the task hub, and why not when it does not.</summary>
internal sealed class HubState
{
    private volatile string? _whyNot = "The task hub has not been started yet.";
    private volatile IHubNode? _node;

    /// <summary>Gets why the hub does not run, or not well; null: it runs.</summary>
    public string? WhyNot => _whyNot ?? (string.Join('\n', _node?.NotReady() ?? []) is { Length: > 0 } reasons ? reasons : null);

    /// <summary>Gets a value indicating whether the start is over; it stays so, whatever comes after.</summary>
    public bool HasStarted { get; private set; }

    /// <summary>Gets or sets the code that the process ends with.</summary>
    public int ExitCode { get; private set; } = ExitCodes.Stopped;

    /// <param name="node">This process's part of the hub; null: another process runs all of it.</param>
    public void Started(IHubNode? node) => (_node, _whyNot, HasStarted) = (node, null, true);

    public void Stopping() => _whyNot ??= "The process is stopping.";

    public void Failed()
    {
        _whyNot = "The task hub has failed; the process is about to end.";
        ExitCode = ExitCodes.TaskHubFault;
    }
}
