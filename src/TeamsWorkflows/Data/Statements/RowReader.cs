using System.Data.Common;
using System.Linq.Expressions;

namespace TeamsWorkflows.Data.Statements;

/// <summary>Makes the code that makes a row of what a query gave, column by column.</summary>
internal static class RowReader
{
    private static readonly System.Reflection.MethodInfo IsDbNull = typeof(DbDataReader).GetMethod(nameof(DbDataReader.IsDBNull))!;

    public static Func<DbDataReader, int, TRow> Compile<TRow>(IReadOnlyList<RowColumn<TRow>> columns)
    {
        var (reader, offset, row) = (Expression.Parameter(typeof(DbDataReader)), Expression.Parameter(typeof(int)), Expression.Variable(typeof(TRow)));
        List<Expression> steps = [Expression.Assign(row, Expression.New(typeof(TRow)))];
        for (var i = 0; i < columns.Count; i++)
        {
            var ordinal = Expression.Add(offset, Expression.Constant(i));
            steps.Add(Expression.Assign(Expression.Property(row, columns[i].Info), Value(columns[i], reader, ordinal)));
        }

        steps.Add(row);
        return Expression.Lambda<Func<DbDataReader, int, TRow>>(Expression.Block([row], steps), reader, offset).Compile();
    }

    private static Expression Value<TRow>(RowColumn<TRow> column, Expression reader, Expression ordinal)
    {
        var (mapping, type) = (column.Mapping, column.Info.PropertyType);
        var value = mapping.CustomizeDataReaderExpression(Expression.Call(reader, mapping.GetDataReaderMethod(), ordinal));
        if (mapping.Converter is { } converter)
        {
            value = Expression.Invoke(converter.ConvertFromProviderExpression, Expression.Convert(value, converter.ProviderClrType));
        }

        var converted = value.Type == type ? value : Expression.Convert(value, type);
        return column.IsNullable
            ? Expression.Condition(Expression.Call(reader, IsDbNull, ordinal), Expression.Default(type), converted)
            : converted;
    }
}
