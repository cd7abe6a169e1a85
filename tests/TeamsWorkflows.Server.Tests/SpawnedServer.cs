using System.Collections.Concurrent;
using System.Diagnostics;
using TeamsWorkflows.Sandbox;
using TeamsWorkflows.Server.Development;
using TeamsWorkflows.Server.Hosting;

namespace TeamsWorkflows.Server.Tests;

/// <summary>The server as a process of its own, in Production, against a sandbox in this one: it can be killed.</summary>
internal sealed class SpawnedServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("spawned").FullName;
    private readonly Dictionary<string, string?> _settings;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly HttpClient _probe = new();
    private Process? _process;

    public SpawnedServer(SandboxServer sandbox, IEnumerable<KeyValuePair<string, string?>> settings)
    {
        Address = new Uri($"http://127.0.0.1:{ServerHost.FreePort()}/");
        var authority = Path.Combine(_folder, "ca.pem");
        File.WriteAllText(authority, sandbox.CertificateAuthority.ExportCertificatePem());
        _settings = new(DevelopmentSandbox.Settings(sandbox, authority), StringComparer.OrdinalIgnoreCase)
        {
            ["Urls"] = Address.AbsoluteUri,
            ["Entra:PublicAddress"] = Address.AbsoluteUri,
            ["Data:Folder"] = Path.Combine(_folder, "data"),
            ["Logging:LogLevel:Default"] = "Error",
            ["Canary:TellEnds"] = "false",
            ["Deliveries:FirstBackoff"] = "00:00:00.050",
            ["Deliveries:MaxBackoff"] = "00:00:01",
            ["Deliveries:ReadBackDelays:0"] = "00:00:00.200",
            ["Deliveries:ResumeInterval"] = "00:00:00",
            ["Pacing:Channel:Interval"] = "00:00:00",
            ["Pacing:Connection:Interval"] = "00:00:00",
            ["Pacing:Tenant:Interval"] = "00:00:00",
        };
        foreach (var (key, value) in settings)
        {
            _settings[key] = value;
        }
    }

    public Uri Address { get; }

    public string DataFolder => Path.Combine(_folder, "data");

    public string Output => string.Join('\n', _output);

    /// <summary>Starts the process and waits until it is ready.</summary>
    public async Task StartAsync()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(ServerProcess).Assembly.Location])
        {
            WorkingDirectory = _folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        StartsQuickly(start);
        foreach (var (key, value) in _settings)
        {
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();

        var started = Stopwatch.StartNew();
        while (!await IsReadyAsync())
        {
            Assert.False(_process.HasExited, $"The server ended with {_process.HasExited}: {Output}");
            Assert.True(started.Elapsed < StartLimit, $"The server does not get ready: {Output}");
            await Task.Delay(20);
        }
    }

    /// <summary>For a server that lives for seconds, and is not compiled ahead of time: compiling its hot code anew at once (decision 6) is half of its start.</summary>
    public static void StartsQuickly(ProcessStartInfo start)
    {
        start.Environment["DOTNET_TC_CallCountingDelayMs"] = "64"; // read as hexadecimal: 100 ms
        start.Environment["DOTNET_TieredPGO"] = "0";
    }

    /// <summary>Ends the process as a power cut does: SIGKILL, no last word.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Asks the process to stop, as supervisors do (SIGTERM), and waits for it.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> TerminateAsync()
    {
        using var enough = new CancellationTokenSource(StartLimit);
        using (var kill = Process.Start("kill", ["-TERM", _process!.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync(enough.Token);
        }

        await _process.WaitForExitAsync(enough.Token);
        var code = _process.ExitCode;
        _process.Dispose();
        _process = null;
        return code;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync();
        }

        _probe.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using var answer = await _probe.GetAsync(new Uri(Address, "health/ready"));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
