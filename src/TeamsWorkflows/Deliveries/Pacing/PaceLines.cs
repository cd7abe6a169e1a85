using TeamsWorkflows.Data;
using TeamsWorkflows.Data.Statements;

namespace TeamsWorkflows.Deliveries.Pacing;

/// <summary>The lines of some limits within one transaction: read once, changed in memory, saved once.</summary>
internal sealed class PaceLines
{
    private static readonly IReadOnlyList<string> Changed =
    [
        nameof(PaceRow.NextSlot), nameof(PaceRow.StoodStill), nameof(PaceRow.BlockedUntil), nameof(PaceRow.BlockedFor), nameof(PaceRow.Stops),
        nameof(PaceRow.Day), nameof(PaceRow.Used), nameof(PaceRow.LastStopped), nameof(PaceRow.LastStoppedUntil),
    ];

    private readonly Dictionary<string, PaceRow> _rows;
    private readonly HashSet<PaceRow> _new = [];
    private readonly HashSet<PaceRow> _changed = [];

    private PaceLines(Dictionary<string, PaceRow> rows) => _rows = rows;

    /// <summary>The line of a limit, to look at.</summary>
    public PaceRow this[PaceLimit limit] => _rows[limit.Key];

    public static async Task<PaceLines> ReadAsync(ProductDb db, IEnumerable<PaceLimit> limits, CancellationToken cancellationToken)
    {
        var keys = limits.Select(static l => l.Key).Distinct(StringComparer.Ordinal).ToArray();
        var found = await RowTable<PaceRow>.Of(db).FindAsync(db, keys, cancellationToken);
        var lines = new PaceLines(found.ToDictionary(static r => r.Key, StringComparer.Ordinal));
        foreach (var key in keys.Where(k => !lines._rows.ContainsKey(k)))
        {
            var row = new PaceRow { Key = key };
            lines._rows.Add(key, row);
            lines._new.Add(row);
        }

        return lines;
    }

    /// <summary>The line of a limit, to be changed: only such are saved, so that messages of other channels do not write each other's rows.</summary>
    public PaceRow Change(PaceLimit limit)
    {
        var row = _rows[limit.Key];
        _changed.Add(row);
        return row;
    }

    public void Save(ProductDb db)
    {
        foreach (var row in _changed)
        {
            if (_new.Contains(row))
            {
                db.Insert(row);
            }
            else
            {
                db.Update(row, Changed);
            }
        }
    }
}
