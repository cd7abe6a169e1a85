using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using TeamsWorkflows.DurableTask.Postgres;

namespace TeamsWorkflows.DurableTask.Tests.Postgres;

[CollectionDefinition(Name)]
public sealed class PostgresServer : ICollectionFixture<PostgresCluster>
{
    public const string Name = "postgres";
}

/// <summary>For what every store must do: many statements that nothing disturbs, beside the tests that stop their server.</summary>
[CollectionDefinition(Name)]
public sealed class PostgresOfStores : ICollectionFixture<PostgresCluster>
{
    public const string Name = "postgres of stores";
}

/// <summary>A PostgreSQL server of the test run's own: made at the start, gone at the end, however the run ends.</summary>
/// <remarks>
/// A shell is its parent and waits for the end of its standard input, which also comes when the test process is killed:
/// then it stops the server and removes the folder. PostgreSQL does not run as root, so root becomes the user postgres.
/// It does not wait for the disk (fsync): no test cuts the power, and a disk that stalls would be taken for a server that hangs.
/// </remarks>
public sealed class PostgresCluster : IDisposable
{
    private const string Settings = "-c listen_addresses=127.0.0.1 -c fsync=off";

    private const string Serve =
        """
        set -e
        "$0/initdb" -D "$1/data" -A trust -U postgres --no-instructions --no-sync --no-locale -E UTF8 > "$1/log" 2>&1
        trap '' INT TERM
        "$0/pg_ctl" -D "$1/data" -l "$1/log" -o "$3 -c port=$2 -c unix_socket_directories=$1" -w start > /dev/null
        echo ready
        read -r end || true
        "$0/pg_ctl" -D "$1/data" -m immediate -w stop > /dev/null || true
        rm -rf "$1"/data "$1"/log "$1"/.s*
        """;

    private static readonly string Programs = Directory.GetDirectories("/usr/lib/postgresql").Order().Last() + "/bin";

    private readonly string _folder = Directory.CreateTempSubdirectory("postgres").FullName;
    private readonly Process _shell;
    private int _schemas;

    public PostgresCluster()
    {
        Port = FreePort();
        if (Environment.IsPrivilegedProcess)
        {
            Run("chown", "postgres", _folder);
        }

        string[] shell = ["sh", "-c", Serve, Programs, _folder, Port.ToString(CultureInfo.InvariantCulture), Settings];
        _shell = Process.Start(AsPostgres(shell, redirect: true))!;
        Assert.True(_shell.StandardOutput.ReadLine() == "ready", File.ReadAllText(Path.Combine(_folder, "log")));
    }

    public int Port { get; }

    public string ConnectionString => $"Host=127.0.0.1;Port={Port};Username=postgres;Database=postgres";

    /// <summary>A hub of its own for one test.</summary>
    public PostgresHubOptions NewHub() => new()
    {
        ConnectionString = ConnectionString,
        Schema = $"hub_{Interlocked.Increment(ref _schemas)}",
        LeaseDuration = new PostgresHubOptions().LeaseDuration,
        NodeName = "test",
    };

    public NpgsqlConnection Connect()
    {
        NpgsqlConnection connection = new(ConnectionString + ";Pooling=false");
        connection.Open();
        return connection;
    }

    public object? Read(string sql)
    {
        using var connection = Connect();
        using var command = new NpgsqlCommand(sql, connection);
        return command.ExecuteScalar();
    }

    public void Stop() => Control("stop", "-m", "immediate");

    public void Start() => Control(
        "start", "-l", $"{_folder}/log", "-o", $"{Settings} -c port={Port} -c unix_socket_directories={_folder}");

    public void Dispose()
    {
        _shell.StandardInput.Close();
        _shell.WaitForExit();
        _shell.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Control(string verb, params string[] more)
    {
        using var process = Process.Start(AsPostgres([$"{Programs}/pg_ctl", "-D", $"{_folder}/data", "-s", "-w", verb, .. more], redirect: false))!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private static ProcessStartInfo AsPostgres(string[] command, bool redirect)
    {
        string[] line = Environment.IsPrivilegedProcess
            ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", .. command]
            : command;
        return new(line[0], line[1..]) { RedirectStandardInput = redirect, RedirectStandardOutput = redirect, WorkingDirectory = "/" };
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments))!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
