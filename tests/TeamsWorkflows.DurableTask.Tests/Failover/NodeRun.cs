using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using TeamsWorkflows.DurableTask.CrashChild;

namespace TeamsWorkflows.DurableTask.Tests.Failover;

/// <summary>One node as a process of its own, with the signals that make it fail.</summary>
internal sealed class NodeRun : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly NodeArguments _arguments;
    private readonly BlockingCollection<string> _said = [];
    private readonly StringBuilder _errors = new();

    public NodeRun(NodeArguments arguments)
    {
        _arguments = arguments;
        _process = Process.Start(new ProcessStartInfo("dotnet", [typeof(Journal).Assembly.Location, .. arguments.ToArray()])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _process.OutputDataReceived += (_, line) => _said.Add(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _errors.AppendLine(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Name => _arguments.Name;

    public bool HasExited => _process.HasExited;

    public string Errors => _errors.ToString();

    /// <summary>Waits until the node says something that begins like this.</summary>
    public string UntilItSays(string word)
    {
        while (_said.TryTake(out var line, Patience))
        {
            if (line.StartsWith(word, StringComparison.Ordinal))
            {
                return line;
            }
        }

        throw new TimeoutException($"Node {Name} does not say '{word}': {Errors}");
    }

    public void Order(string line) => _process.StandardInput.WriteLine(line);

    /// <returns>Why the node says that it is not ready; empty: it is.</returns>
    public string Readiness()
    {
        Order("ready");
        return UntilItSays("ready:")["ready:".Length..].Trim();
    }

    public void Kill() => _process.Kill();

    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    public int ExitCode()
    {
        Assert.True(_process.WaitForExit(Patience), $"Node {Name} does not end.");
        return _process.ExitCode;
    }

    /// <returns>What began and what was done on this node, in the order it happened.</returns>
    public IReadOnlyList<JournalEntry> Journal() => CrashChild.Journal.Read(_arguments.JournalFile);

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
        _said.Dispose();
    }
}
