using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace TeamsWorkflows.Cli.Backups;

/// <summary>Copies a data folder while its server runs, or does not.</summary>
/// <remarks>
/// Each file is copied as it was at one moment, by SQLite's own backup, which does not hold the server up. The task hub
/// comes first and the ledger after it: every report that an orchestration of the copy knows is in the copy of the ledger,
/// and what the ledger knows besides is reconciled when the server starts (a stored report is started, a posted one is found
/// posted). The keys come last: what is encrypted in the ledger can be read.
/// </remarks>
internal static class DataFolderBackup
{
    private const string TaskHub = "taskhub.db";
    private const string Ledger = "product.db";
    private const string Keys = "keys";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Gets the files that make a data folder one that is used.</summary>
    public static IReadOnlyList<string> Databases { get; } = [TaskHub, Ledger];

    /// <param name="data">The data folder; nothing in it is changed.</param>
    /// <param name="output">The folder to make; must not be there, or be empty.</param>
    /// <exception cref="CommandException">There is nothing to copy, or the copy is not whole.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public static async Task<BackupManifest> MakeAsync(string data, string output, DateTimeOffset now, Action<string> progress, CancellationToken cancellationToken)
    {
        if (!Databases.All(name => File.Exists(Path.Combine(data, name))))
        {
            throw new CommandException(ExitCodes.NoInput, NothingThere(data));
        }

        if (Directory.Exists(output) && Directory.EnumerateFileSystemEntries(output).Any())
        {
            throw new CommandException(ExitCodes.NoInput, $"'{output}' is there and not empty. Name a folder that is not there: a backup never overwrites one.");
        }

        CreatePrivate(output);
        foreach (var name in Databases)
        {
            progress($"Copying {name} …");
            await Task.Run(() => Copy(Path.Combine(data, name), Path.Combine(output, name)), cancellationToken);
        }

        CopyKeys(Path.Combine(data, Keys), Path.Combine(output, Keys));
        var files = new List<BackupFile>();
        foreach (var file in Directory.EnumerateFiles(output, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            files.Add(await DescribeAsync(output, Path.GetRelativePath(output, file).Replace('\\', '/'), cancellationToken));
        }

        var release = typeof(DataFolderBackup).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
        var manifest = new BackupManifest(BackupManifest.CurrentFormat, now, release, files);
        await File.WriteAllTextAsync(Path.Combine(output, BackupManifest.FileName), JsonSerializer.Serialize(manifest, JsonText.Serializer) + "\n", cancellationToken);
        return manifest;
    }

    public static async Task<BackupFile> DescribeAsync(string folder, string name, CancellationToken cancellationToken)
    {
        await using var stream = File.OpenRead(Path.Combine(folder, name));
        return new BackupFile(name, stream.Length, Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken)));
    }

    public static void CreatePrivate(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, OwnerOnly);
        }
    }

    private static string NothingThere(string data) =>
        $"""
        '{data}' holds no {TaskHub} and {Ledger}: it is no data folder of a server with SQLite (--data names another).
        With TaskHub:Provider=Postgres everything is in PostgreSQL. Back it up there, whole and in one snapshot, while servers run:
          pg_dump --format=custom --file=teamsworkflows.dump "$CONNECTION"
        and restore it into an empty database while no server runs:
          pg_restore --clean --if-exists --no-owner --dbname="$CONNECTION" teamsworkflows.dump
        With TaskHub:Provider=DurableTask the hub is another engine's: back that up together with this folder's {Ledger}.
        """;

    // Opened for reading alone: the last one to close a file that it may write moves the log into it, and that is the server's.
    private static void Copy(string from, string to)
    {
        try
        {
            using (var source = Open(from, SqliteOpenMode.ReadOnly))
            using (var copy = Open(to, SqliteOpenMode.ReadWriteCreate))
            {
                source.BackupDatabase(copy);
            }

            using var check = Open(to, SqliteOpenMode.ReadWrite);
            using var command = check.CreateCommand();
            command.CommandText = "PRAGMA integrity_check(1)";
            if (command.ExecuteScalar() is not "ok" and var problem)
            {
                throw new CommandException(ExitCodes.Failed, string.Create(CultureInfo.InvariantCulture, $"The copy of '{from}' is not whole: {problem}. The file itself is damaged; keep the last backup."));
            }
        }
        catch (SqliteException e)
        {
            throw new CommandException(ExitCodes.NoInput, $"'{from}' cannot be copied: {e.Message}", e);
        }
    }

    private static SqliteConnection Open(string file, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = mode, Pooling = false, DefaultTimeout = 30 }.ToString());
        connection.Open();
        return connection;
    }

    private static void CopyKeys(string from, string to)
    {
        if (!Directory.Exists(from))
        {
            return;
        }

        CreatePrivate(to);
        foreach (var file in Directory.EnumerateFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }
}
