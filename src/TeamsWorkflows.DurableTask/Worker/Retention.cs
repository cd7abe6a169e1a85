using Microsoft.Extensions.Logging;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Worker;

/// <summary>Purges instances that ended long ago: a bounded batch at a time, and never beside another one.</summary>
/// <remarks>After a full batch it rests for twice as long as that took, so that what runs has the disk most of the time.</remarks>
internal sealed partial class Retention(
    IPartitionStore store, Func<string, Task<DeliveryOutcome>> purge, TimeProvider time, TaskHubOptions options, ILogger logger, bool survivesOutages)
    : IAsyncDisposable
{
    private const int RestPerWork = 2;

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    public void Start()
    {
        if (options.Retention != Timeout.InfiniteTimeSpan)
        {
            _running = Task.Run(RunAsync, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        using var tick = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                await TryPurgeOldAsync();
            }
            while (await tick.WaitForNextTickAsync(_stopping.Token));
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The host stops.
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or ObjectDisposedException)
        {
            Log.Stopped(logger, e); // the hub has stopped, and says so itself
        }
    }

    private async Task TryPurgeOldAsync()
    {
        try
        {
            await PurgeOldAsync();
        }
        catch (IOException e) when (survivesOutages && e is not CorruptStoreException)
        {
            Log.Postponed(logger, e);
        }
    }

    private async Task PurgeOldAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            var (now, began) = (time.GetUtcNow(), time.GetTimestamp());
            if (now - DateTimeOffset.MinValue <= options.Retention)
            {
                return; // nothing is that old
            }

            var old = store.ListFinished(now - options.Retention, options.RetentionBatch);
            var outcomes = await Task.WhenAll(old.Select(TryPurgeAsync));
            var purged = outcomes.Count(static o => o == DeliveryOutcome.Accepted);
            if (purged > 0)
            {
                Log.Purged(logger, purged, options.Retention);
            }

            if (old.Count < options.RetentionBatch || purged == 0)
            {
                return;
            }

            await Task.Delay(RestPerWork * time.GetElapsedTime(began), time, _stopping.Token);
        }
    }

    private async Task<DeliveryOutcome> TryPurgeAsync(string instanceId)
    {
        try
        {
            return await purge(instanceId);
        }
        catch (Exception e) when (e is TaskHubBusyException or PartitionLostException)
        {
            return DeliveryOutcome.NotAllowed; // callers come first, or another process; the next tick tries again
        }
    }

    private static partial class Log
    {
        [LoggerMessage(10, LogLevel.Information, "Purged {Count} instances that ended more than {Retention} ago")]
        public static partial void Purged(ILogger logger, int count, TimeSpan retention);

        [LoggerMessage(12, LogLevel.Warning, "Nothing could be purged; the next try is in a minute")]
        public static partial void Postponed(ILogger logger, Exception reason);

        [LoggerMessage(11, LogLevel.Warning, "Nothing is purged any more")]
        public static partial void Stopped(ILogger logger, Exception reason);
    }
}
