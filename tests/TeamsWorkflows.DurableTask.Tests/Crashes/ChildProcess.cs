using System.Diagnostics;
using System.Text;
using TeamsWorkflows.DurableTask.CrashChild;

namespace TeamsWorkflows.DurableTask.Tests.Crashes;

/// <summary>One run of the child: a process that can be killed.</summary>
internal sealed class ChildProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _errors = new();

    public ChildProcess(CrashArguments arguments)
    {
        _process = Process.Start(new ProcessStartInfo("dotnet", [typeof(Journal).Assembly.Location, .. arguments.ToArray()])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _process.ErrorDataReceived += (_, line) => _errors.AppendLine(line.Data);
        _process.BeginErrorReadLine();
    }

    /// <summary>Gets what it wrote to its standard error; complete once it has ended.</summary>
    public string Errors => _errors.ToString();

    /// <summary>Waits until the child says a word.</summary>
    public async Task UntilItSaysAsync(string word)
    {
        while (await _process.StandardOutput.ReadLineAsync().WaitAsync(Patience) is var line && line != word)
        {
            Assert.True(line is not null, $"The child ended before it said '{word}': {_errors}");
        }
    }

    /// <summary>Ends it as a power cut of the process does: SIGKILL, no last word.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(Patience);
    }

    /// <summary>Waits until it has done what there was to do.</summary>
    public async Task UntilItEndsAsync()
    {
        var code = await ExitCodeAsync();
        Assert.True(code == 0, $"The child ended with {code}: {_errors}");
    }

    public async Task<int> ExitCodeAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
