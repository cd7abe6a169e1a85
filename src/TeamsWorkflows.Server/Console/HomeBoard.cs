using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Connections.Forecast;
using TeamsWorkflows.Data;
using TeamsWorkflows.Deliveries;

namespace TeamsWorkflows.Server.Console;

/// <summary>Counts and dates for the home page.</summary>
internal sealed class HomeBoard(Database database, ForecastDesk forecast, TimeProvider time)
{
    // A key vault may be asked for a date: not for each look at the page, and not for long.
    private static readonly TimeSpan ForecastAge = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ForecastPatience = TimeSpan.FromMilliseconds(300);

    /// <summary>How long before its date something is said to end soon; it is told by mail from then on, too.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromDays(30);

    private (DateTimeOffset At, Task<IReadOnlyList<Expiry>> Read)? _forecast;
    private IReadOnlyList<Expiry> _known = [];

    /// <summary>How many of today's deliveries (UTC) are in which state, by the hour in which they were handed over.</summary>
    public async Task<DayOfDeliveries> TodayAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var today = now - now.TimeOfDay;
        var hours = await database.ReadAsync(
            async db =>
            {
                var read = new List<IReadOnlyDictionary<DeliveryState, int>>();
                for (var from = today; from <= now; from = from.AddHours(1))
                {
                    read.Add(await CountAsync(db, from, from.AddHours(1), cancellationToken));
                }

                return read;
            },
            cancellationToken);
        return new(today, hours);
    }

    /// <summary>What ends next: what a person has to do something about first.</summary>
    public async Task<IReadOnlyList<Expiry>> ExpiriesAsync()
    {
        var now = time.GetUtcNow();
        if (_forecast is not { } last || now - last.At > ForecastAge || last.Read.IsFaulted)
        {
            _forecast = last = (now, forecast.ExpiriesAsync(CancellationToken.None)); // for whoever looks next, too
        }

        try
        {
            _known = await last.Read.WaitAsync(ForecastPatience, time);
        }
        catch (TimeoutException)
        {
            // What was known before is shown; the page is not kept waiting for a vault.
        }

        return [.. _known.Where(e => e.At > now).OrderByDescending(static e => e.NeedsPerson).ThenBy(static e => e.At)];
    }

    /// <summary>What ends soon and needs a person, the soonest first.</summary>
    public async Task<IReadOnlyList<Expiry>> EndingSoonAsync()
    {
        var until = time.GetUtcNow() + Soon;
        return [.. (await ExpiriesAsync()).Where(e => e.NeedsPerson && e.At <= until)];
    }

    /// <summary>How connections are, and the first of those that are not well.</summary>
    /// <param name="named">Whose names are wanted besides.</param>
    public Task<ConnectionsAtAGlance> ConnectionsAsync(int count, IReadOnlyCollection<string> named, CancellationToken cancellationToken) => database.ReadAsync(
        async db => new ConnectionsAtAGlance(
            await db.Connections.GroupBy(c => c.State).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, cancellationToken),
            await db.Connections.OrderBy(c => c.State == ConnectionState.Healthy).ThenBy(c => c.State == ConnectionState.NeverConnected).ThenBy(c => c.StateSince).ThenBy(c => c.Id)
                .Take(count).Select(c => new ConnectionAtAGlance(c.Id, c.DisplayName, c.State)).ToListAsync(cancellationToken),
            await db.Connections.Where(c => named.Contains(c.Id)).ToDictionaryAsync(c => c.Id, c => c.DisplayName, StringComparer.Ordinal, cancellationToken)),
        cancellationToken);

    /// <summary>What a date that needs a person looks like: of a colour only when it is time.</summary>
    public static Tone ToneOf(Expiry expiry, DateTimeOffset now)
        => expiry.At - now <= Soon ? new("needs a person", "amber", "!") : new("by a person, later", "grey", "–");

    private static async Task<IReadOnlyDictionary<DeliveryState, int>> CountAsync(
        ProductDb db, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
        => await db.Deliveries.Where(d => d.CreatedAt >= from && d.CreatedAt < to)
            .GroupBy(d => d.State)
            .Select(g => new { State = g.Key, Count = g.Count() })
            .ToDictionaryAsync(c => c.State, c => c.Count, cancellationToken);
}

/// <summary>All connections, as home shows them.</summary>
/// <param name="First">Those that are not well, and others while there is room.</param>
/// <param name="Names">What people call some of them.</param>
public sealed record ConnectionsAtAGlance(
    IReadOnlyDictionary<ConnectionState, int> States, IReadOnlyList<ConnectionAtAGlance> First, IReadOnlyDictionary<string, string> Names)
{
    public int Count => States.Values.Sum();
}

public sealed record ConnectionAtAGlance(string Id, string Name, ConnectionState State);

/// <summary>One day's deliveries.</summary>
/// <param name="From">When the day began (UTC).</param>
/// <param name="Hours">Counts by state, for each hour so far.</param>
public sealed record DayOfDeliveries(DateTimeOffset From, IReadOnlyList<IReadOnlyDictionary<DeliveryState, int>> Hours)
{
    private const int HoursOfDay = 24;

    private static readonly Tone[] Series =
    [
        new("delivered", "green", "✓"), new("under way", "amber", "◔"), new("failed, or waits for a person", "red", "!"), new("by e-mail, skipped or cancelled", "grey", "✉"),
    ];

    public IReadOnlyList<(DeliveryState State, int Count)> States =>
        [.. Hours.SelectMany(static h => h).GroupBy(static c => c.Key, static c => c.Value).OrderBy(static g => g.Key).Select(static g => (g.Key, g.Sum()))];

    public BarChart Chart => new(Series, [.. Enumerable.Range(0, HoursOfDay).Select(Bucket)]);

    private ChartBucket Bucket(int hour)
    {
        var counts = hour < Hours.Count ? Hours[hour] : new Dictionary<DeliveryState, int>();
        return new(
            From.AddHours(hour), From.AddHours(hour + 1), [.. Series.Select(s => counts.Where(c => Words.Of(c.Key).Colour == s.Colour).Sum(static c => c.Value))]);
    }
}
