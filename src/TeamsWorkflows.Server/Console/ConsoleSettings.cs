using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;

namespace TeamsWorkflows.Server.Console;

/// <summary>What each person has set for the console: saved views, columns.</summary>
internal sealed class ConsoleSettings(Database database, TimeProvider time)
{
    /// <summary>Most saved views of one person.</summary>
    public const int MaxViews = 50;

    public const int MaxNameLength = 60;

    /// <summary>Most characters of a view's filter.</summary>
    public const int MaxValueLength = 4_000;

    private const string View = "orchestration-view";
    private const string Columns = "orchestration-columns";

    /// <summary>The saved views by name.</summary>
    public Task<List<SavedView>> ViewsAsync(string owner, CancellationToken cancellationToken) => database.ReadAsync(
        db => db.ConsoleSettings.Where(s => s.Owner == owner && s.Kind == View)
            .OrderBy(s => s.Name)
            .Select(s => new SavedView(s.Name, s.Value))
            .ToListAsync(cancellationToken),
        cancellationToken);

    /// <returns>False when the person has as many as there may be.</returns>
    public Task<bool> SaveViewAsync(string owner, SavedView view, CancellationToken cancellationToken) => database.WriteAsync(
        async db =>
        {
            var isNew = !await db.ConsoleSettings.AnyAsync(s => s.Owner == owner && s.Kind == View && s.Name == view.Name, cancellationToken);
            if (isNew && await db.ConsoleSettings.CountAsync(s => s.Owner == owner && s.Kind == View, cancellationToken) >= MaxViews)
            {
                return false;
            }

            await PutAsync(db, owner, View, view.Name, view.Query, cancellationToken);
            return true;
        },
        cancellationToken);

    /// <returns>False when there was none of that name.</returns>
    public async Task<bool> DeleteViewAsync(string owner, string name, CancellationToken cancellationToken) => await database.WriteAsync(
        db => db.ConsoleSettings.Where(s => s.Owner == owner && s.Kind == View && s.Name == name).ExecuteDeleteAsync(cancellationToken),
        cancellationToken) > 0;

    public async Task<IReadOnlyList<OrchestrationColumn>> ColumnsAsync(string owner, CancellationToken cancellationToken)
        => OrchestrationColumns.Read(await database.ReadAsync(
            db => db.ConsoleSettings.Where(s => s.Owner == owner && s.Kind == Columns).Select(s => s.Value).SingleOrDefaultAsync(cancellationToken),
            cancellationToken));

    public Task SaveColumnsAsync(string owner, IReadOnlyList<OrchestrationColumn> columns, CancellationToken cancellationToken) => database.WriteAsync(
        db => PutAsync(db, owner, Columns, "", string.Join(',', columns), cancellationToken), cancellationToken);

    private async Task PutAsync(ProductDb db, string owner, string kind, string name, string value, CancellationToken cancellationToken)
    {
        var row = await db.ConsoleSettings.SingleOrDefaultAsync(s => s.Owner == owner && s.Kind == kind && s.Name == name, cancellationToken);
        if (row is null)
        {
            row = new() { Owner = owner, Kind = kind, Name = name, Value = value };
            db.ConsoleSettings.Add(row);
        }

        (row.Value, row.UpdatedAt) = (value, time.GetUtcNow());
    }
}

/// <param name="Query">The filter as an address says it.</param>
public sealed record SavedView(string Name, string Query);

/// <summary>Columns of the list of orchestrations that can be left out.</summary>
public enum OrchestrationColumn
{
    Started,
    Took,
    Updated,
    Version,
    Parent,
    Tags,
}

/// <summary>Columns as they are stored.</summary>
internal static class OrchestrationColumns
{
    public static IReadOnlyList<OrchestrationColumn> Unasked { get; } = [OrchestrationColumn.Started, OrchestrationColumn.Took];

    /// <returns>Those that are known, in their own order; those of whoever chose none when it is null.</returns>
    public static IReadOnlyList<OrchestrationColumn> Read(string? stored)
        => stored is null ? Unasked : Of(stored.Split(',', StringSplitOptions.RemoveEmptyEntries));

    public static IReadOnlyList<OrchestrationColumn> Of(IEnumerable<string?> words)
        => [.. Enum.GetValues<OrchestrationColumn>().Where(c => words.Contains(c.ToString(), StringComparer.Ordinal))];
}
