using System.Data.Common;
using System.Text.Json;
using Microsoft.Extensions.Options;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.Folders;

namespace TeamsWorkflows.Server.Hosting;

/// <summary>Looks into the watched folder again and again, if there is one.</summary>
internal sealed partial class FolderWatcher(
    FolderIntake folder, IOptions<FolderOptions> options, TimeProvider time, ILogger<FolderWatcher> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!folder.IsWatching)
        {
            return;
        }

        using var timer = new PeriodicTimer(options.Value.Interval, time);
        do
        {
            try
            {
                await folder.LookAsync(stoppingToken);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or DbException or TaskHubBusyException or InvalidOperationException)
            {
                Log.TriedAgain(logger, e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The watched folder could not be looked through; it is tried again")]
        public static partial void TriedAgain(ILogger logger, Exception reason);
    }
}
