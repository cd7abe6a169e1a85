namespace TeamsWorkflows.DurableTask.Storage;

/// <summary>Which keys instances of a time have: keys grow in order of creation, so a few looks into the primary key tell.</summary>
/// <remarks>Clocks may be put back, and those of nodes differ a little: the range is wider by <see cref="Margin"/> on both sides.</remarks>
/// <param name="From">The lowest key.</param>
/// <param name="Before">The first key beyond.</param>
public sealed record KeyRange(long From, long Before)
{
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(10);

    /// <param name="firstFrom">Reads the instance with the lowest key from a key on; null: there is none.</param>
    /// <param name="last">The highest key in use.</param>
    public static KeyRange Of(OrchestrationQuery query, Func<long, (long Key, DateTimeOffset CreatedAt)?> firstFrom, long last) => new(
        query.CreatedFrom is { } from && from - DateTimeOffset.MinValue > Margin ? FirstAt(from - Margin, firstFrom, last) : 0,
        query.CreatedBefore is { } before && DateTimeOffset.MaxValue - before > Margin ? FirstAt(before + Margin, firstFrom, last) : long.MaxValue);

    private static long FirstAt(DateTimeOffset at, Func<long, (long Key, DateTimeOffset CreatedAt)?> firstFrom, long last)
    {
        var (low, high) = (0L, last + 1);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (firstFrom(middle) is { } found && found.CreatedAt < at)
            {
                low = found.Key + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
