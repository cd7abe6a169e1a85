using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore.Metadata;

namespace TeamsWorkflows.Data;

/// <summary>A compiled query of the way that every report goes: it is not built, hashed and looked up again at each call.</summary>
/// <remarks>A compiled query is bound to the model that it was first asked with, and each kind of database has its own.</remarks>
/// <param name="compile">Calls <c>EF.CompileAsyncQuery</c>.</param>
internal sealed class PerModel<T>(Func<T> compile)
    where T : class
{
    private readonly ConditionalWeakTable<IModel, T> _compiled = [];

    public T Of(ProductDb db) => _compiled.GetValue(db.Model, _ => compile());
}
