using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Cli;

/// <summary>Reads files of failures line by line: a line that cannot be read is named, and the others are answered.</summary>
internal sealed class FailureFiles(TextReader input, TextWriter error, TimeProvider time)
{
    /// <param name="file"><c>-</c> for standard input.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> ReadAsync(string file, Action<FailureRecord> onRecord, CancellationToken cancellationToken)
    {
        try
        {
            using var opened = file == "-" ? null : new StreamReader(file);
            return await ReadAsync(opened ?? input, onRecord, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync(e.Message);
            return ExitCodes.NoInput;
        }
    }

    private async Task<int> ReadAsync(TextReader lines, Action<FailureRecord> onRecord, CancellationToken cancellationToken)
    {
        var (code, now) = (ExitCodes.Done, time.GetUtcNow());
        for (var number = 1; await lines.ReadLineAsync(cancellationToken) is { } line; number++)
        {
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            var (record, problem) = FailureRecord.Read(line, now);
            if (record is null)
            {
                await error.WriteLineAsync($"Line {number} {problem}.");
                code = ExitCodes.SomeUnreadable;
                continue;
            }

            onRecord(record);
        }

        return code;
    }
}
