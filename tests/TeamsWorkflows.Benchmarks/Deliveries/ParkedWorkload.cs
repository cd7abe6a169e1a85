using System.Diagnostics;
using System.Globalization;

namespace TeamsWorkflows.Benchmarks.Deliveries;

/// <summary>Deliveries that are parked behind one case: memory, the start after a kill, and how fast they drain.</summary>
internal static class ParkedWorkload
{
    private const int Channels = 50;
    private const int Callers = 16;

    private static readonly Dictionary<string, string?> Settings = new(StringComparer.Ordinal)
    {
        ["Deliveries:ResumeInterval"] = "00:00:00",
        ["Deliveries:Patience"] = "1.00:00:00",
        ["Pacing:Channel:Interval"] = "00:00:00.001",
        ["Pacing:Channel:PerDay"] = "0",
        ["Pacing:Connection:Interval"] = "00:00:00.0001",
        ["Pacing:Tenant:Interval"] = "00:00:00.0001",
    };

    public static async Task RunAsync(int count)
    {
        await using var field = await DeliveryField.StartAsync(Channels, connections: 1, Settings);
        Say($"idle: {field.Server.WorkingSetMiB:F0} MiB");
        field.Tenant.Faults.Apply("refresh-revoked");
        field.Tenant.ExpireAccessTokens();
        var clock = Stopwatch.StartNew();
        await Parallel.ForAsync(
            0,
            count,
            new ParallelOptions { MaxDegreeOfParallelism = Callers },
            async (i, _) => await field.SubmitAsync(string.Create(CultureInfo.InvariantCulture, $"Parked {i:D6}"), i % Channels, 0));
        while (await field.AnyInAsync("Accepted", "Posting", "Waiting"))
        {
            await Task.Delay(500);
        }

        Say($"{count} parked after {clock.Elapsed.TotalSeconds:F0} s: {field.Server.WorkingSetMiB:F0} MiB");
        await field.Server.KillAsync();
        var ready = await field.Server.StartAsync();
        Say($"ready {ready.TotalSeconds:F1} s after the kill: {field.Server.WorkingSetMiB:F0} MiB");

        field.Tenant.Faults.Clear();
        clock.Restart();
        await field.SignInToCasesAsync();
        while (await field.AnyRunningAsync())
        {
            await Task.Delay(100);
        }

        Say($"drained in {clock.Elapsed.TotalSeconds:F0} s: {count / clock.Elapsed.TotalSeconds:F0}/s, {field.Tenant.AllMessages().Count} in the channels, {field.Server.WorkingSetMiB:F0} MiB");
    }

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
