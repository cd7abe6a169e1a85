using TeamsWorkflows.Doctor;

namespace TeamsWorkflows.Server.Hosting;

/// <summary>Whether the data folder can be written, is for its owner alone, and has room, and whether the task hub runs.</summary>
internal sealed class DataFolderCheck(DataFolder folder, HubState hub) : IDoctorCheck
{
    private const long LittleRoom = 1L << 30;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    public async Task<IReadOnlyList<Finding>> RunAsync(string? connectionId, CancellationToken cancellationToken)
        => connectionId is not null ? [] : [await WritableAsync(cancellationToken), Private(), Room(), Hub()];

    private async Task<Finding> WritableAsync(CancellationToken cancellationToken)
    {
        var probe = folder.Combine("doctor.probe");
        try
        {
            await File.WriteAllTextAsync(probe, "", cancellationToken);
            File.Delete(probe);
            return Finding.Good("data folder", folder.Path, "It can be written.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new("data folder", folder.Path, CheckResult.Bad, $"It cannot be written: {e.Message}", "Make room, or give the process's account the right to write.");
        }
    }

    private Finding Private() => OperatingSystem.IsWindows() || (File.GetUnixFileMode(folder.Path) & Others) == UnixFileMode.None
        ? Finding.Good("data folder", folder.Path, "Only its owner can read it.")
        : new("data folder", folder.Path, CheckResult.Bad, "Others can read it: it holds the keys to tokens and secrets.", $"chmod 700 {folder.Path}");

    private Finding Room()
    {
        var free = new DriveInfo(folder.Path).AvailableFreeSpace;
        return free >= LittleRoom
            ? Finding.Good("data folder", folder.Path, $"{free >> 30} GiB are free.")
            : new("data folder", folder.Path, CheckResult.Warning, $"{free >> 20} MiB are free.", "Make room: a full disk stops the task hub.");
    }

    private Finding Hub() => hub.WhyNot is { } reason
        ? new("task hub", "this process", CheckResult.Bad, reason, "Restart the process; its log says more.")
        : Finding.Good("task hub", "this process", "It runs.");
}
