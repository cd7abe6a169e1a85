using TeamsWorkflows.DurableTask.Client;

namespace TeamsWorkflows.Server.Hosting;

/// <summary>This process's part of the task hub, whichever engine runs it and wherever it is kept.</summary>
internal interface IHubNode : IAsyncDisposable
{
    DurableTaskClient Client { get; }

    /// <summary>Gets a task that completes, with the reason, when the process has to be started again.</summary>
    Task<Exception> Fault { get; }

    /// <summary>Has somebody told of each instance that goes on here; an engine elsewhere tells nobody.</summary>
    /// <param name="changed">Returns at once, and does not throw.</param>
    void Watch(Action<IReadOnlyCollection<string>> changed);

    void Start();

    /// <summary>Says why this process should get no work from outside.</summary>
    /// <returns>Sentences for whoever operates it; none: it is ready.</returns>
    IEnumerable<string> NotReady();
}
