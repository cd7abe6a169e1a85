using TeamsWorkflows.Doctor;

namespace TeamsWorkflows.Server.Console;

/// <summary>Has the doctor look when somebody asks: once at a time, and without keeping a browser waiting.</summary>
/// <remarks>It goes on when whoever asked leaves; what it finds is kept (<see cref="DoctorRecord"/>).</remarks>
internal sealed partial class DoctorRounds(DoctorRecord record, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<DoctorRounds> logger)
{
    private const string Everything = "";

    // Most are done by then, and their findings are the first thing that is shown.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, Task<bool>> _rounds = new(StringComparer.Ordinal); // those under way

    /// <param name="connectionId">Only at this connection; null: at everything.</param>
    /// <returns>What to tell whoever asked, as one of <see cref="Notes"/>.</returns>
    public async Task<string> LookAsync(string? connectionId)
    {
        var round = Begin(connectionId, connectionId ?? Everything);
        return await Task.WhenAny(round, Task.Delay(Patience, time, lifetime.ApplicationStopping)) != round ? Notes.Looking
            : await round ? Notes.Looked
            : Notes.NotLooked;
    }

    // Whoever asks while it is under way waits for the same one.
    private Task<bool> Begin(string? connectionId, string scope)
    {
        lock (_rounds)
        {
            return _rounds.TryGetValue(scope, out var under) ? under : _rounds[scope] = RunAsync(connectionId, scope);
        }
    }

    private async Task<bool> RunAsync(string? connectionId, string scope)
    {
        await Task.Yield(); // it is known before it ends
        try
        {
            await record.ExamineAsync(connectionId, lifetime.ApplicationStopping);
            return true;
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return false;
        }
#pragma warning disable CA1031 // nobody may be there any more to be told: the log is
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.BrokenOff(logger, e);
            return false;
        }
        finally
        {
            lock (_rounds)
            {
                _rounds.Remove(scope);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The doctor could not look, or not keep what it found; what it had found before stays")]
        public static partial void BrokenOff(ILogger logger, Exception reason);
    }
}
