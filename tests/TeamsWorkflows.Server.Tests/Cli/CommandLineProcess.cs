using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using TeamsWorkflows.Cli.Api;
using TeamsWorkflows.Cli.Profiles;

namespace TeamsWorkflows.Server.Tests.Cli;

/// <summary>What a run of the command line left: its exit code, and what it printed.</summary>
internal sealed record CommandLineRun(int ExitCode, string Output, string Error)
{
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    public CommandLineRun Ended(int code)
    {
        Assert.True(ExitCode == code, $"It ended with {ExitCode} in place of {code}: {Output}\n{Error}");
        return this;
    }
}

/// <summary>The command line as a process of its own, with settings of its own.</summary>
/// <param name="server">Null: it is not told of any.</param>
/// <param name="token">Null: nobody is signed in.</param>
internal sealed class CommandLineProcess(Uri? server, string? token = null) : IDisposable
{
    private readonly string _settings = Directory.CreateTempSubdirectory("cli-").FullName;

    public string Settings => _settings;

    public static string Assembly => Path.Combine(AppContext.BaseDirectory, "TeamsWorkflows.Cli.dll");

    public Task<CommandLineRun> RunAsync(params string[] args) => RunAsync(input: null, args);

    public async Task<CommandLineRun> RunAsync(string? input, string[] args)
    {
        using var enough = new CancellationTokenSource(ServerHost.Patience);
        using var process = Start(args);
        if (input is not null)
        {
            await process.StandardInput.WriteAsync(input);
        }

        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(enough.Token);
        var error = process.StandardError.ReadToEndAsync(enough.Token);
        await process.WaitForExitAsync(enough.Token);
        return new(process.ExitCode, await output, await error);
    }

    /// <summary>Runs it, and lets somebody act on each line that it writes to standard error.</summary>
    public async Task<CommandLineRun> RunAsync(Func<string, Task> onError, params string[] args)
    {
        using var enough = new CancellationTokenSource(ServerHost.Patience);
        using var process = Start(args);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(enough.Token);
        ConcurrentQueue<string> errors = [];
        while (await process.StandardError.ReadLineAsync(enough.Token) is { } line)
        {
            errors.Enqueue(line);
            await onError(line);
        }

        await process.WaitForExitAsync(enough.Token);
        return new(process.ExitCode, await output, string.Join('\n', errors));
    }

    public void Dispose() => Directory.Delete(_settings, recursive: true);

    /// <summary>Has something else run in the settings of this one.</summary>
    public ProcessStartInfo InSettings(ProcessStartInfo start)
    {
        start.UseShellExecute = false;
        start.WorkingDirectory = _settings;
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.Environment[ProfileStore.FolderVariable] = _settings;
        start.Environment["TEAMSWORKFLOWS_SERVER"] = server?.AbsoluteUri;
        start.Environment[ApiCall.TokenVariable] = token;
        return start;
    }

    private Process Start(string[] args) => Process.Start(InSettings(new ProcessStartInfo("dotnet", [Assembly, .. args])))!;
}

/// <summary>A server whose connection the command line may break and mend.</summary>
[CollectionDefinition(nameof(CommandLineServer))]
public sealed class CommandLineServer : ICollectionFixture<ServerHost>;
