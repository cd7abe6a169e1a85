using System.Net.Sockets;

namespace TeamsWorkflows.Cli;

/// <summary>Turns what stops a command into lines on standard error and an exit code.</summary>
internal static class Ends
{
    public static async Task<int> CatchAsync(Shell shell, bool asJson, Func<Task<int>> run)
    {
        try
        {
            return await run();
        }
        catch (CommandException e)
        {
            await shell.Error.WriteLineAsync(asJson && e.Problem is { } problem ? problem : e.Message);
            return e.ExitCode;
        }
        catch (IOException e) when (e is HttpIOException || e.InnerException is SocketException)
        {
            await shell.Error.WriteLineAsync($"The server broke its answer off: {e.Message}");
            return ExitCodes.NotReached;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await shell.Error.WriteLineAsync(e.Message);
            return ExitCodes.NoInput;
        }
        catch (OperationCanceledException)
        {
            await shell.Error.WriteLineAsync("Interrupted.");
            return ExitCodes.Interrupted;
        }
    }
}
