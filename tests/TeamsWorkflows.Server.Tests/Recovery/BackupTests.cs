using System.Diagnostics;
using TeamsWorkflows.Cli;
using TeamsWorkflows.DurableTask.Tests.Postgres;
using TeamsWorkflows.Server.Tests.Cli;

namespace TeamsWorkflows.Server.Tests.Recovery;

/// <summary>A data folder, backed up while its server is busy: the copy is whole, and a server on it goes on.</summary>
public sealed class BackupTests
{
    [Fact]
    public async Task A_busy_data_folder_is_copied_and_restored_and_what_waited_goes_on()
    {
        using var shell = new CommandLineProcess(server: null);
        var (backup, folder) = (Path.Combine(shell.Settings, "backup"), Path.Combine(shell.Settings, "restored"));
        var host = new ServerHost();
        await host.InitializeAsync();
        var workload = new Workload(host);
        try
        {
            await workload.PrepareAsync();
            var made = await workload.WhileAsync(() => shell.RunAsync("backup", backup, "--data", host.Folder, "--json"));
            var files = made.Ended(ExitCodes.Done).Json.GetProperty("files").EnumerateArray().Select(static f => f.Text("name")).ToArray();
            Assert.Contains("taskhub.db", files);
            Assert.Contains("product.db", files);
            Assert.Contains(files, static f => f.StartsWith("keys/", StringComparison.Ordinal));
            Assert.DoesNotContain(files, static f => f.EndsWith("-wal", StringComparison.Ordinal));

            // Never over a backup, never under a server that runs, never over data.
            (await shell.RunAsync("backup", backup, "--data", host.Folder)).Ended(ExitCodes.NoInput);
            Assert.Contains("another process", (await shell.RunAsync("restore", backup, "--data", host.Folder, "--replace")).Ended(ExitCodes.Refused).Error, StringComparison.Ordinal);
            Assert.Contains("pg_dump", (await shell.RunAsync("backup", backup + "-2", "--data", shell.Settings)).Ended(ExitCodes.NoInput).Error, StringComparison.Ordinal);
        }
        finally
        {
            await host.DisposeAsync();
        }

        (await shell.RunAsync("restore", backup, "--data", folder)).Ended(ExitCodes.Done);
        Assert.Contains("--replace", (await shell.RunAsync("restore", backup, "--data", folder)).Ended(ExitCodes.Refused).Error, StringComparison.Ordinal);
        (await shell.RunAsync("restore", backup, "--data", folder, "--replace")).Ended(ExitCodes.Done);
        Assert.Single(Directory.GetDirectories(folder, "replaced-*"));

        var restored = new ServerHost { Folder = folder };
        await restored.InitializeAsync();
        try
        {
            await workload.AssertGoesOnAsync(restored);
        }
        finally
        {
            await restored.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_backup_that_is_not_whole_changes_nothing_and_a_server_that_does_not_run_is_backed_up_too()
    {
        using var shell = new CommandLineProcess(server: null);
        var (backup, data, folder) = (Path.Combine(shell.Settings, "backup"), Path.Combine(shell.Settings, "data"), Path.Combine(shell.Settings, "restored"));
        var host = new ServerHost { Folder = data };
        await host.InitializeAsync();
        await host.DisposeAsync();

        (await shell.RunAsync("backup", backup, "--data", data)).Ended(ExitCodes.Done);
        await using (var file = new FileStream(Path.Combine(backup, "product.db"), FileMode.Open, FileAccess.ReadWrite))
        {
            file.Position = 5000;
            file.WriteByte(1);
            file.WriteByte(2);
        }

        Assert.Contains("product.db", (await shell.RunAsync("restore", backup, "--data", folder)).Ended(ExitCodes.NoInput).Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder));
        var again = new ServerHost { Folder = data };
        await again.InitializeAsync(); // the backup has left the folder as it was
        await again.DisposeAsync();
    }
}

/// <summary>A PostgreSQL that servers use, dumped by its own tools while they are busy.</summary>
[Collection(PostgresServer.Name)]
public sealed class PostgresBackupTests(PostgresCluster cluster)
{
    private static readonly string Programs = Directory.GetDirectories("/usr/lib/postgresql").Order().Last() + "/bin";

    [Fact]
    public async Task A_busy_database_is_dumped_and_restored_and_what_waited_goes_on()
    {
        var schema = cluster.NewHub().Schema;
        var (dump, name) = (Path.Combine(Directory.CreateTempSubdirectory("dump").FullName, "teamsworkflows.dump"), schema + "_restored");
        var host = new ServerHost { Settings = Arguments(cluster.ConnectionString, schema) };
        await host.InitializeAsync();
        var workload = new Workload(host);
        try
        {
            await workload.PrepareAsync();
            await workload.WhileAsync(() => RunAsync("pg_dump", "--format=custom", $"--file={dump}", $"--schema={schema}", $"--schema={schema}_data", Uri(cluster.Port, "postgres")));
        }
        finally
        {
            await host.DisposeAsync();
        }

        await RunAsync("createdb", "--host=127.0.0.1", $"--port={cluster.Port}", "--username=postgres", name);
        await RunAsync("pg_restore", "--clean", "--if-exists", "--no-owner", $"--dbname={Uri(cluster.Port, name)}", dump);
        var restored = new ServerHost
        {
            Settings = Arguments(cluster.ConnectionString.Replace("Database=postgres", $"Database={name}", StringComparison.Ordinal), schema),
        };
        await restored.InitializeAsync();
        try
        {
            await workload.AssertGoesOnAsync(restored);
        }
        finally
        {
            await restored.DisposeAsync();
        }
    }

    private static string[] Arguments(string connection, string schema)
        => ["--TaskHub:Provider=Postgres", $"--Postgres:ConnectionString={connection}", $"--Postgres:Schema={schema}_data", $"--Postgres:HubSchema={schema}", "--Postgres:LeaseDuration=00:00:03"];

    private static string Uri(int port, string database) => $"postgresql://postgres@127.0.0.1:{port}/{database}";

    private static async Task<bool> RunAsync(string program, params string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo(Path.Combine(Programs, program), args) { UseShellExecute = false, RedirectStandardError = true })!;
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {errors}");
        return true;
    }
}
