using System.Data.Common;

namespace TeamsWorkflows.Data.Statements;

/// <summary>What one open connection has prepared: a statement is parsed and planned once, and then only bound and run.</summary>
/// <remarks>For a driver that prepares each command anew, as SQLite's does; Npgsql keeps prepared statements by itself.</remarks>
internal sealed class PreparedStatements(DbConnection connection) : IDisposable
{
    private readonly Dictionary<Statement, DbCommand> _commands = [];

    public DbCommand Of(Statement statement)
    {
        if (!_commands.TryGetValue(statement, out var command))
        {
            command = statement.Create(connection);
            _commands.Add(statement, command);
        }

        return command;
    }

    public void Dispose()
    {
        foreach (var command in _commands.Values)
        {
            command.Dispose();
        }

        _commands.Clear();
    }
}
