using Microsoft.EntityFrameworkCore;

namespace TeamsWorkflows.Data.Statements;

/// <summary>A statement that writes one row, with values of the row itself.</summary>
internal sealed class RowWrite<TRow>(Statement statement, RowColumn<TRow>[] values)
{
    /// <exception cref="DbUpdateException">A constraint was violated, or the row is not there.</exception>
    public async Task RunAsync(ProductDb db, TRow row, CancellationToken cancellationToken)
    {
        int count;
        try
        {
            count = await statement.ExecuteAsync(db, Array.ConvertAll(values, v => v.Of(row)), cancellationToken);
        }
        catch (System.Data.Common.DbException e)
        {
            throw new DbUpdateException($"A row of {typeof(TRow).Name} could not be written.", e); // as the change tracker says it
        }

        if (count != 1)
        {
            throw new DbUpdateConcurrencyException($"A row of {typeof(TRow).Name} was to be written, and {count} were.");
        }
    }
}
