using System.Linq.Expressions;
using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace TeamsWorkflows.Data.Statements;

/// <summary>A column of a table, and the property that it is of.</summary>
internal sealed class RowColumn<TRow>
{
    private readonly Func<TRow, object?> _value;

    /// <param name="name">Quoted.</param>
    public RowColumn(IProperty property, string name)
    {
        (Name, Mapping, IsNullable) = (name, property.GetRelationalTypeMapping(), property.IsNullable);
        Info = property.PropertyInfo ?? throw new InvalidOperationException($"{typeof(TRow).Name}.{property.Name} is no property of the class.");
        var row = Expression.Parameter(typeof(TRow));
        _value = Expression.Lambda<Func<TRow, object?>>(Expression.Convert(Expression.Property(row, Info), typeof(object)), row).Compile();
    }

    public string Property => Info.Name;

    public PropertyInfo Info { get; }

    public string Name { get; }

    public RelationalTypeMapping Mapping { get; }

    public bool IsNullable { get; }

    public object? Of(TRow row) => _value(row);
}
