using System.CommandLine;
using System.Globalization;
using Spectre.Console;

namespace TeamsWorkflows.Cli.Backups;

/// <summary><c>teamsworkflows backup</c> and <c>restore</c>: of a server with SQLite, on its own machine.</summary>
internal static class BackupCommands
{
    public static Command Backup(Shell shell)
    {
        var output = new Argument<string>("folder") { Description = "The folder to make; it must not be there, or be empty." };
        var (data, json) = (Data(), Json());
        var command = new Command("backup", "Copies task hub, ledger and keys of a data folder, consistently, while its server runs or not. Keep it as you keep the data folder: the keys are in it.") { output, data, json };
        command.SetAction((parsed, cancellationToken) => Ends.CatchAsync(shell, parsed.GetValue(json), async () =>
        {
            var folder = Path.GetFullPath(parsed.GetRequiredValue(output));
            var manifest = await WithProgressAsync(
                shell,
                parsed.GetValue(json),
                progress => DataFolderBackup.MakeAsync(Path.GetFullPath(parsed.GetValue(data)!), folder, shell.Time.GetUtcNow(), progress, cancellationToken));
            await shell.Output.WriteLineAsync(parsed.GetValue(json)
                ? JsonText.Indented(JsonText.Of(manifest))
                : string.Create(CultureInfo.InvariantCulture, $"{folder}: {manifest.Files.Count} files, {manifest.Files.Sum(static f => f.Bytes):N0} bytes."));
            return ExitCodes.Done;
        }));
        return command;
    }

    public static Command Restore(Shell shell)
    {
        var backup = new Argument<string>("folder") { Description = "A folder that 'backup' made." };
        var data = Data();
        var replace = new Option<bool>("--replace") { Description = "Set the data that is there aside, in a folder beside it." };
        var command = new Command("restore", "Puts a backup in the place of a data folder. Refused while a server runs on it.") { backup, data, replace };
        command.SetAction((parsed, cancellationToken) => Ends.CatchAsync(shell, asJson: false, async () =>
        {
            var folder = Path.GetFullPath(parsed.GetValue(data)!);
            var aside = await DataFolderRestore.PutAsync(
                Path.GetFullPath(parsed.GetRequiredValue(backup)), folder, parsed.GetValue(replace), shell.Time.GetUtcNow(), cancellationToken);
            await shell.Output.WriteLineAsync($"Restored into {folder}.{(aside is null ? "" : $" What was there is in {aside}.")}");
            await shell.Output.WriteLineAsync("Reports that were posted after the backup are found posted when their deliveries go on; those that were handed over after it are unknown to this server.");
            return ExitCodes.Done;
        }));
        return command;
    }

    private static Option<string> Data() => new("--data")
    {
        Description = "The server's data folder (its setting Data:Folder); the default is 'data' in the current directory.",
        HelpName = "FOLDER",
        DefaultValueFactory = static _ => "data",
    };

    private static Option<bool> Json() => new("--json") { Description = "Print JSON." };

    private static Task<T> WithProgressAsync<T>(Shell shell, bool asJson, Func<Action<string>, Task<T>> run)
        => asJson || !shell.Progress.Profile.Capabilities.Interactive
            ? run(static _ => { })
            : shell.Progress.Status().StartAsync("Copying …", status => run(text => status.Status(Markup.Escape(text))));
}
