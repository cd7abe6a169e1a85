namespace TeamsWorkflows.Cli.Backups;

/// <summary>What a backup holds, and how to tell that it is whole: <c>manifest.json</c> in its folder.</summary>
/// <param name="Format">The backup's format: 1.</param>
/// <param name="MadeAt">When it was begun (UTC).</param>
/// <param name="Release">The release of the command that made it.</param>
internal sealed record BackupManifest(int Format, DateTimeOffset MadeAt, string Release, IReadOnlyList<BackupFile> Files)
{
    public const int CurrentFormat = 1;
    public const string FileName = "manifest.json";
}

/// <param name="Name">Its path in the backup and in the data folder, with slashes.</param>
internal sealed record BackupFile(string Name, long Bytes, string Sha256);
