using Microsoft.Extensions.Options;
using TeamsWorkflows.Reports;

namespace TeamsWorkflows.Folders;

/// <summary>Takes the files of a folder: whole ones only, each once.</summary>
/// <remarks>
/// A file is first moved into <c>processing</c>, which only one process can do; what lies there is whole. Then it is handed
/// over, with a key that follows from its name and bytes, and moved into <c>done</c> or <c>failed</c>. A process that dies
/// leaves it in <c>processing</c>, and the next look takes it from there: what was handed over by then is a repeat.
/// Links are not followed: they would lead out of the folder.
/// </remarks>
public sealed class FolderIntake
{
    private readonly ReportDesk _reports;
    private readonly FolderOptions _options;
    private readonly TimeProvider _time;

    internal FolderIntake(ReportDesk reports, IOptions<FolderOptions> options, TimeProvider time)
        => (_reports, _options, _time) = (reports, options.Value, time);

    /// <summary>Gets a value indicating whether a folder is configured.</summary>
    public bool IsWatching => _options.Path is not null;

    private string Processing => Path.Combine(_options.Path!, "processing");

    private string Done => Path.Combine(_options.Path!, "done");

    private string Failed => Path.Combine(_options.Path!, "failed");

    /// <summary>Takes what lies there.</summary>
    /// <returns>How many files were taken, for good or ill.</returns>
    /// <exception cref="IOException">A file could not be moved or read; it is taken at the next look.</exception>
    public async Task<int> LookAsync(CancellationToken cancellationToken)
    {
        foreach (var folder in (string[])[Processing, Done, Failed])
        {
            Directory.CreateDirectory(folder);
        }

        var template = _options.ReportFile is { } file ? FolderFile.ReadReport(await File.ReadAllBytesAsync(file, cancellationToken)) : null;
        var taken = 0;
        foreach (var left in Files(Processing))
        {
            await TakeAsync(left, template, cancellationToken); // of a process that died, or whose database was away
            taken++;
        }

        foreach (var come in Files(_options.Path!).Where(IsWhole))
        {
            var claimed = Path.Combine(Processing, come.Name);
            if (TryMove(come.FullName, claimed))
            {
                await TakeAsync(new FileInfo(claimed), template, cancellationToken);
                taken++;
            }
        }

        return taken;
    }

    private static FileInfo[] Files(string folder) =>
        [.. new DirectoryInfo(folder).EnumerateFiles()
            .Where(static f => FolderFile.Extensions.Contains(f.Extension, StringComparer.OrdinalIgnoreCase)
                && !f.Name.StartsWith('.') && !f.Attributes.HasFlag(FileAttributes.ReparsePoint))
            .OrderBy(static f => f.LastWriteTimeUtc).ThenBy(static f => f.Name, StringComparer.Ordinal)];

    private bool IsWhole(FileInfo file) => _time.GetUtcNow().UtcDateTime - file.LastWriteTimeUtc >= _options.Settle;

    private static bool TryMove(string from, string to)
    {
        try
        {
            File.Move(from, to, overwrite: false);
            return true;
        }
        catch (IOException) when (!File.Exists(from) || File.Exists(to))
        {
            return false; // another process was faster, or one of that name is being taken: at the next look
        }
    }

    private async Task TakeAsync(FileInfo file, ReportRequest? template, CancellationToken cancellationToken)
    {
        if (file.Length > FolderFile.MaxBytes)
        {
            var name = $"too-large-{file.Name}";
            PutAside(file, Path.Combine(Failed, name), FolderProblem.Unreadable($"The file has {file.Length:N0} bytes; at most {FolderFile.MaxBytes:N0} are taken."));
            return;
        }

        var read = new FolderFile(file.Name, await File.ReadAllBytesAsync(file.FullName, cancellationToken));
        var problem = await HandOverAsync(read, template, cancellationToken);
        PutAside(file, Path.Combine(problem is null ? Done : Failed, read.NameAside), problem);
    }

    private async Task<FolderProblem?> HandOverAsync(FolderFile file, ReportRequest? template, CancellationToken cancellationToken)
    {
        try
        {
            var report = file.ToReport(template);
            return await _reports.SubmitAsync(_options.Publisher, file.Key, report, cancellationToken) is SubmitResult.Invalid invalid
                ? FolderProblem.Invalid(invalid.Errors)
                : null;
        }
        catch (FolderFileException e)
        {
            return FolderProblem.Unreadable(e.Message);
        }
    }

    // The problem first: a file that lies in failed has one beside it.
    private static void PutAside(FileInfo file, string to, FolderProblem? problem)
    {
        if (problem is not null)
        {
            File.WriteAllBytes(to + FolderProblem.Suffix, problem.ToJson());
        }

        File.Move(file.FullName, to, overwrite: true);
    }
}
