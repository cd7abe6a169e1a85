using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore.Metadata;

namespace TeamsWorkflows.Data.Statements;

/// <summary>Something that is made once of a model; each kind of database has a model of its own.</summary>
internal sealed class PerModel<T>(Func<ProductDb, T> make)
    where T : class
{
    private readonly ConditionalWeakTable<IModel, T> _made = [];

    public T Of(ProductDb db) => _made.GetValue(db.Model, _ => make(db));
}
