using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Cronos;

namespace TeamsWorkflows.Schedules;

/// <summary>When a schedule occurs: a cron expression on the clock of a time zone. Pure.</summary>
/// <remarks>
/// A time that the clock leaps over (spring) is moved to the first one after it; one that comes twice (autumn) occurs once,
/// unless the expression says "every": those run on through both hours. An occurrence is named by its time on the clock;
/// the jitter only delays its beginning, and is the same however often it is asked for.
/// </remarks>
internal sealed class Recurrence
{
    private const int FieldsWithSeconds = 6;
    private const int GapsLookedAt = 500; // a week of quarters of an hour

    private readonly CronExpression _cron;
    private readonly TimeSpan _jitter;
    private readonly string _seed;

    /// <param name="seed">What makes the jitter of this schedule differ from that of others.</param>
    /// <exception cref="CronFormatException">The expression is wrong.</exception>
    /// <exception cref="TimeZoneNotFoundException">There is no such time zone.</exception>
    public Recurrence(string cron, string timeZone, TimeSpan jitter = default, string seed = "")
    {
        _cron = Parse(cron);
        Zone = TimeZoneInfo.FindSystemTimeZoneById(timeZone);
        (_jitter, _seed) = (jitter, seed);
    }

    public TimeZoneInfo Zone { get; }

    /// <exception cref="CronFormatException">The expression is wrong.</exception>
    public static CronExpression Parse(string cron)
    {
        var fields = cron.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
        return CronExpression.Parse(cron, fields == FieldsWithSeconds ? CronFormat.IncludeSeconds : CronFormat.Standard);
    }

    /// <returns>The first occurrence after a time (UTC); null: there is none any more.</returns>
    public DateTimeOffset? Next(DateTimeOffset after)
        => _cron.GetNextOccurrence(after.UtcDateTime, Zone) is { } next ? new DateTimeOffset(next, TimeSpan.Zero) : null;

    /// <summary>The occurrences after a time, in order and without end unless the expression has one.</summary>
    public IEnumerable<DateTimeOffset> After(DateTimeOffset time)
    {
        for (var next = Next(time); next is { } at; next = Next(at))
        {
            yield return at;
        }
    }

    /// <summary>The shortest time between two occurrences among those that come next; null: there is one at most.</summary>
    public TimeSpan? ShortestGap(DateTimeOffset after)
    {
        DateTimeOffset[] next = [.. After(after).Take(GapsLookedAt + 1)];
        return next.Length < 2 ? null : next.Zip(next.Skip(1), static (a, b) => b - a).Min();
    }

    /// <summary>When an occurrence begins: at its time, or later by its jitter.</summary>
    public DateTimeOffset BeginOf(DateTimeOffset occurrence) => occurrence + JitterOf(occurrence);

    /// <summary>An occurrence as the clock on the wall shows it.</summary>
    public DateTimeOffset OnTheWall(DateTimeOffset occurrence) => TimeZoneInfo.ConvertTime(occurrence, Zone);

    private TimeSpan JitterOf(DateTimeOffset occurrence)
    {
        if (_jitter == TimeSpan.Zero)
        {
            return TimeSpan.Zero;
        }

        var name = string.Create(CultureInfo.InvariantCulture, $"{_seed}/{occurrence.UtcTicks}");
        var share = BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(name))) / (double)uint.MaxValue;
        return TimeSpan.FromSeconds(Math.Floor(_jitter.TotalSeconds * share));
    }
}
