using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using TeamsWorkflows.DurableTask.Postgres;

namespace TeamsWorkflows.Server.Storage.Postgres;

/// <summary>Puts U+FFFD for what PostgreSQL's text cannot hold: a strange answer of a server must not stop a delivery.</summary>
internal sealed class StorableText : SaveChangesInterceptor
{
    public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        var changed = eventData.Context!.ChangeTracker.Entries()
            .Where(static e => e.State is EntityState.Added or EntityState.Modified)
            .SelectMany(static e => e.Properties)
            .Where(static p => p.CurrentValue is string);
        foreach (var property in changed)
        {
            property.CurrentValue = PostgresText.Storable((string)property.CurrentValue!);
        }

        return new(result);
    }
}
