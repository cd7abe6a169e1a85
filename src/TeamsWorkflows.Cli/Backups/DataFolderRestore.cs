using System.Globalization;
using System.Text.Json;
using TeamsWorkflows.Server.Hosting;

namespace TeamsWorkflows.Cli.Backups;

/// <summary>Puts a backup in the place of a data folder whose server does not run.</summary>
internal static class DataFolderRestore
{
    // Beside the databases, and meaningless without the very file that they belong to.
    private static readonly string[] Companions = ["-wal", "-shm", "-journal", ".lock"];

    /// <param name="isReplacing">Whether what is in the data folder is set aside; otherwise a folder in use is refused.</param>
    /// <returns>The folder in which the data that was there is now; null: there was none.</returns>
    /// <exception cref="CommandException">A server uses the folder, the backup is not whole, or there is data already.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public static async Task<string?> PutAsync(string backup, string data, bool isReplacing, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var manifest = await VerifyAsync(backup, cancellationToken);
        using var folder = Take(data);
        string[] present = [.. Present(folder)];
        if (present.Length > 0 && !isReplacing)
        {
            throw new CommandException(
                ExitCodes.Refused, $"'{data}' holds data already ({string.Join(", ", present)}). Restore into an empty folder, or give --replace: what is there is set aside in it.");
        }

        var aside = present.Length == 0 ? null : SetAside(folder, present, now);
        foreach (var file in manifest.Files)
        {
            var target = folder.Combine(file.Name);
            DataFolderBackup.CreatePrivate(Path.GetDirectoryName(target)!);
            File.Copy(Path.Combine(backup, file.Name), target);
        }

        return aside;
    }

    private static async Task<BackupManifest> VerifyAsync(string backup, CancellationToken cancellationToken)
    {
        var manifest = Read(Path.Combine(backup, BackupManifest.FileName));
        foreach (var file in manifest.Files)
        {
            if (Path.IsPathRooted(file.Name) || file.Name.Split('/').Contains("..", StringComparer.Ordinal))
            {
                throw new CommandException(ExitCodes.NoInput, $"The backup's manifest names a file outside of it: '{file.Name}'. It was not made by this command.");
            }

            if (!File.Exists(Path.Combine(backup, file.Name)) || await DataFolderBackup.DescribeAsync(backup, file.Name, cancellationToken) != file)
            {
                throw new CommandException(ExitCodes.NoInput, $"The backup is not whole: '{file.Name}' is missing or not as it was made. Nothing was changed.");
            }
        }

        return manifest;
    }

    private static BackupManifest Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<BackupManifest>(File.ReadAllText(file), JsonText.Serializer) is { Files.Count: > 0 } manifest
                ? manifest.Format == BackupManifest.CurrentFormat ? manifest
                    : throw new CommandException(ExitCodes.NoInput, string.Create(CultureInfo.InvariantCulture, $"The backup is of format {manifest.Format}; this release reads {BackupManifest.CurrentFormat}."))
                : throw new CommandException(ExitCodes.NoInput, $"'{file}' names no files.");
        }
        catch (JsonException e)
        {
            throw new CommandException(ExitCodes.NoInput, $"'{file}' is no manifest of a backup: {e.Message}", e);
        }
    }

    private static DataFolder Take(string data)
    {
        try
        {
            return DataFolder.Take(data);
        }
        catch (StartRefusedException e)
        {
            throw new CommandException(ExitCodes.Refused, $"{e.Message} A backup is restored while no server runs on the folder.", e);
        }
    }

    private static IEnumerable<string> Present(DataFolder folder)
        => DataFolderBackup.Databases
            .SelectMany(static name => Companions.Prepend("").Select(suffix => name + suffix))
            .Where(name => File.Exists(folder.Combine(name)))
            .Concat(Directory.EnumerateFileSystemEntries(folder.Keys).Any() ? ["keys"] : []);

    private static string SetAside(DataFolder folder, IEnumerable<string> present, DateTimeOffset now)
    {
        var aside = folder.Combine("replaced-" + now.UtcDateTime.ToString("yyyyMMdd-HHmmss-fff", CultureInfo.InvariantCulture));
        DataFolderBackup.CreatePrivate(aside);
        foreach (var name in present)
        {
            Directory.Move(folder.Combine(name), Path.Combine(aside, name));
        }

        return aside;
    }
}
