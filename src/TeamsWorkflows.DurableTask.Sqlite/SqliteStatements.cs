using Microsoft.Data.Sqlite;

namespace TeamsWorkflows.DurableTask.Sqlite;

/// <summary>The statements that a connection keeps prepared, and their end.</summary>
internal sealed class SqliteStatements(SqliteConnection connection) : IDisposable
{
    private readonly List<SqliteStatement> _prepared = [];

    public SqliteConnection Connection => connection;

    public int RecompilationCount => _prepared.Sum(static statement => statement.RecompilationCount);

    public SqliteStatement Prepare(string sql)
    {
        SqliteStatement statement = new(connection, sql);
        _prepared.Add(statement);
        return statement;
    }

    public void Dispose() => _prepared.ForEach(static statement => statement.Dispose());
}
