using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace TeamsWorkflows.Data.Statements;

/// <summary>A statement of the way that every report goes, made once: its text, and how its values become the database's.</summary>
/// <param name="text">With a parameter <c>@p0</c>, <c>@p1</c>, … for each of <paramref name="parameters"/>.</param>
internal sealed class Statement(string text, IReadOnlyList<RelationalTypeMapping> parameters)
{
    public static string Parameter(int place) => $"@p{place}";

    /// <summary>Makes the command, with its parameters and without their values.</summary>
    public DbCommand Create(DbConnection connection)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        for (var i = 0; i < parameters.Count; i++)
        {
            command.Parameters.Add(parameters[i].CreateParameter(command, Parameter(i), value: null, nullable: true));
        }

        return command;
    }

    private void Fill(DbCommand command, ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < parameters.Count; i++)
        {
            command.Parameters[i].Value = (parameters[i].Converter is { } converter ? converter.ConvertToProvider(values[i]) : values[i]) ?? DBNull.Value;
        }
    }

    /// <summary>Reads with it: in the transaction under way, if there is one.</summary>
    public async Task<T> ReadAsync<T>(ProductDb db, object?[] values, Func<DbDataReader, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        var command = Take(db, values);
        try
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            return await read(reader, cancellationToken);
        }
        finally
        {
            GiveBack(db, command);
            await db.Database.CloseConnectionAsync(); // counts: whoever had it open keeps it
        }
    }

    /// <summary>Runs it in the transaction under way.</summary>
    /// <returns>How many rows it changed.</returns>
    public async Task<int> ExecuteAsync(ProductDb db, object?[] values, CancellationToken cancellationToken)
    {
        var command = Take(db, values);
        try
        {
            return await command.ExecuteNonQueryAsync(cancellationToken);
        }
        finally
        {
            GiveBack(db, command);
        }
    }

    private DbCommand Take(ProductDb db, object?[] values)
    {
        var command = db.Prepared?.Of(this) ?? Create(db.Database.GetDbConnection());
        command.Transaction = db.Database.CurrentTransaction?.GetDbTransaction();
        Fill(command, values);
        return command;
    }

    // A prepared command stays, and what it wrote goes as far as it is ours: SQLite keeps its copy of the last values until it runs again.
    private static void GiveBack(ProductDb db, DbCommand command)
    {
        if (db.Prepared is null)
        {
            command.Dispose();
            return;
        }

        foreach (DbParameter parameter in command.Parameters)
        {
            parameter.Value = DBNull.Value;
        }
    }
}
