using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;
using TeamsWorkflows.Server.Hosting;

namespace TeamsWorkflows.Server.Tests;

/// <summary>The server as a process: what it refuses to start with, what it leaves on disk.</summary>
public sealed class ProcessTests : IAsyncLifetime
{
    private readonly ServerHost _host = new();

    public Task InitializeAsync() => _host.InitializeAsync();

    public Task DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_second_process_on_the_same_folder_is_refused_in_one_line()
    {
        var (exitCode, error) = await RunAsync($"--Data:Folder={_host.Folder}", "--environment=Development");
        Assert.Equal(ExitCodes.DataFolderInUse, exitCode);
        Assert.Contains(_host.Folder, Assert.Single(error), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_is_one_line_that_names_it()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        using var folder = new TemporaryFolder();

        var (exitCode, error) = await RunAsync(
            $"--Data:Folder={folder.Path}", "--environment=Development", $"--Urls=http://127.0.0.1:{port}", "--Sandbox:Enabled=true",
            "--Sandbox:HttpsPort=0", "--Sandbox:HttpPort=0", "--Sandbox:SmtpPort=0");
        Assert.Equal(ExitCodes.AddressInUse, exitCode);
        Assert.Contains($"127.0.0.1:{port}", Assert.Single(error), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_invalid_configuration_is_one_line_per_key()
    {
        using var folder = new TemporaryFolder();
        var (exitCode, error) = await RunAsync(
            $"--Data:Folder={folder.Path}", "--environment=Production", "--Connections:0:Id=Not valid", "--Api:MaxBodyBytes=1",
            "--KeyRing:CertificateFile=/nowhere.pfx");
        Assert.Equal(ExitCodes.InvalidConfiguration, exitCode);
        foreach (var key in (string[])[
            "Access:Authority:", "Access:ClientSecret:", "Fallback:Host:", "Api:MaxBodyBytes:", "KeyRing:CertificateFile:", "Connections:0:TenantId:"])
        {
            Assert.Single(error, line => line.Contains(key, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task The_sandbox_is_never_started_outside_development()
    {
        using var folder = new TemporaryFolder();
        var (exitCode, _) = await RunAsync($"--Data:Folder={folder.Path}", "--environment=Production", "--Sandbox:Enabled=true");
        Assert.Equal(ExitCodes.InvalidConfiguration, exitCode); // nothing told it where Entra is
    }

    [Fact]
    public void The_data_folder_is_for_its_owner_alone()
    {
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            new DirectoryInfo(_host.Folder).UnixFileMode);
        Assert.True(File.Exists(Path.Combine(_host.Folder, "taskhub.db")));
        Assert.True(File.Exists(Path.Combine(_host.Folder, "product.db")));
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(_host.Folder, "keys")));
    }

    [Fact]
    public async Task The_migrations_are_what_the_model_is()
    {
        await using var db = await _host.Server.Services.GetRequiredService<IDbContextFactory<ProductDb>>().CreateDbContextAsync();
        Assert.False(db.Database.HasPendingModelChanges());
        Assert.Empty(await db.Database.GetPendingMigrationsAsync());
    }

    [Fact]
    public async Task Each_connection_to_the_ledger_is_durable()
    {
        await using var db = await _host.Server.Services.GetRequiredService<IDbContextFactory<ProductDb>>().CreateDbContextAsync();
        Assert.Equal(2L, await db.Database.SqlQueryRaw<long>("SELECT synchronous AS Value FROM pragma_synchronous").SingleAsync());
        Assert.Equal("wal", await db.Database.SqlQueryRaw<string>("SELECT journal_mode AS Value FROM pragma_journal_mode").SingleAsync());
    }

    private static async Task<(int ExitCode, IReadOnlyList<string> Error)> RunAsync(params string[] args)
    {
        using var enough = new CancellationTokenSource(ServerHost.Patience);
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "TeamsWorkflows.Server.dll"), .. args])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        SpawnedServer.StartsQuickly(start);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(enough.Token);
        var error = await process.StandardError.ReadToEndAsync(enough.Token);
        await process.WaitForExitAsync(enough.Token);
        await output;
        return (process.ExitCode, error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private sealed class TemporaryFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("teamsworkflows-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
