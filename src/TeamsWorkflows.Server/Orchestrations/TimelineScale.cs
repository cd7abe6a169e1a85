namespace TeamsWorkflows.Server.Orchestrations;

/// <summary>Time as a width from 0 to 1,000: stretches in which nothing was done are folded, so that the rest can be seen.</summary>
public sealed class TimelineScale
{
    public const double Width = 1_000;

    private const double FoldWidth = 60;
    private const double MostForFolds = Width / 2;

    private static readonly TimeSpan ShortestFold = TimeSpan.FromSeconds(2);

    private readonly List<(DateTimeOffset From, DateTimeOffset To, double X, double Width)> _pieces = [];

    private TimelineScale(IReadOnlyList<(DateTimeOffset From, DateTimeOffset To, bool IsFolded)> pieces)
    {
        var folds = pieces.Count(static p => p.IsFolded);
        var foldWidth = folds == 0 ? 0 : Math.Min(FoldWidth, MostForFolds / folds);
        var open = pieces.Where(static p => !p.IsFolded).Sum(static p => (p.To - p.From).TotalSeconds);
        var unfolded = pieces.Count - folds;
        var x = 0.0;
        foreach (var (from, to, isFolded) in pieces)
        {
            var left = Width - (foldWidth * folds);
            var width = isFolded ? foldWidth : open > 0 ? left * (to - from).TotalSeconds / open : left / unfolded;
            _pieces.Add((from, to, x, width));
            x += width;
        }

        Folds = [.. pieces.Zip(_pieces).Where(static p => p.First.IsFolded).Select(static p => new TimelineFold(p.Second.X, p.Second.Width, p.First.To - p.First.From))];
    }

    /// <summary>Gets the stretches that are drawn shorter than they were.</summary>
    public IReadOnlyList<TimelineFold> Folds { get; }

    /// <param name="until">Where the picture ends: the last event, or now for what goes on.</param>
    public static TimelineScale Of(Timeline timeline, DateTimeOffset until)
    {
        var start = timeline.Start ?? until;
        var busy = timeline.Entries.SelectMany(e => Busy(e, until))
            .Append((From: start, To: start))
            .Append((From: until, To: until))
            .Where(p => p.From <= until)
            .OrderBy(static p => p.From);
        List<(DateTimeOffset From, DateTimeOffset To, bool IsFolded)> pieces = [];
        var (begun, end) = (start, start);
        foreach (var (from, to) in busy)
        {
            if (from - end >= ShortestFold)
            {
                pieces.Add((begun, end, false));
                pieces.Add((end, from, true));
                begun = from;
            }

            end = to > end ? to : end < from ? from : end;
        }

        pieces.Add((begun, end, false));
        return new(pieces);
    }

    // A wait is worth two points, its begin and its end; what lies between them is folded when nothing else is done.
    private static IEnumerable<(DateTimeOffset From, DateTimeOffset To)> Busy(TimelineEntry entry, DateTimeOffset until)
    {
        var end = entry.End ?? (entry.IsWork && entry.Outcome == TimelineOutcome.Open ? until : entry.Start);
        return entry.IsWork ? [(entry.Start, end)] : [(entry.Start, entry.Start), (end, end)];
    }

    /// <returns>Where a time lies: 0 to 1,000.</returns>
    public double At(DateTimeOffset time)
    {
        foreach (var (from, to, x, width) in _pieces)
        {
            if (time <= to)
            {
                return to == from || time <= from ? x : x + (width * ((time - from) / (to - from)));
            }
        }

        return Width;
    }
}

/// <param name="Length">How long it was.</param>
public sealed record TimelineFold(double X, double Width, TimeSpan Length);
