using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using TeamsWorkflows.Sandbox;
using TeamsWorkflows.Server.Development;
using TeamsWorkflows.Server.Hosting;

namespace TeamsWorkflows.Benchmarks.Deliveries;

/// <summary>The server as a process of its own against a sandbox in this one: it can be killed, and measured.</summary>
internal sealed class KillableServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(5);

    private readonly string _folder = Directory.CreateTempSubdirectory("deliveries").FullName;
    private readonly Dictionary<string, string?> _settings;
    private readonly HttpClient _probe = new();
    private Process? _process;

    public KillableServer(SandboxServer sandbox, IReadOnlyDictionary<string, string?> settings)
    {
        Address = new Uri($"http://127.0.0.1:{FreePort()}/");
        var authority = Path.Combine(_folder, "ca.pem");
        File.WriteAllText(authority, sandbox.CertificateAuthority.ExportCertificatePem());
        _settings = new(DevelopmentSandbox.Settings(sandbox, authority), StringComparer.OrdinalIgnoreCase)
        {
            ["Urls"] = Address.AbsoluteUri,
            ["Entra:PublicAddress"] = Address.AbsoluteUri,
            ["Data:Folder"] = Path.Combine(_folder, "data"),
            ["Logging:LogLevel:Default"] = "Critical",
        };
        foreach (var (key, value) in settings)
        {
            _settings[key] = value;
        }
    }

    public Uri Address { get; }

    /// <summary>Gets how much memory the process has, in MiB.</summary>
    public double WorkingSetMiB
    {
        get
        {
            _process!.Refresh();
            return _process.WorkingSet64 / 1024.0 / 1024.0;
        }
    }

    /// <returns>How long it took until it was ready.</returns>
    public async Task<TimeSpan> StartAsync()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(ServerProcess).Assembly.Location])
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        foreach (var (key, value) in _settings)
        {
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        var clock = Stopwatch.StartNew();
        _process = Process.Start(start)!;
        _process.OutputDataReceived += static (_, _) => { }; // its welcome is for people
        _process.BeginOutputReadLine();
        while (!await IsReadyAsync())
        {
            if (_process.HasExited || clock.Elapsed > StartLimit)
            {
                throw new InvalidOperationException("The server does not get ready.");
            }

            await Task.Delay(20);
        }

        return clock.Elapsed;
    }

    /// <summary>Ends the process as a power cut does: SIGKILL, no last word.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public HttpClient Client(string token)
    {
        var client = new HttpClient { BaseAddress = Address };
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
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

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
