using Microsoft.Data.Sqlite;

namespace TeamsWorkflows.DurableTask.Sqlite;

/// <summary>Gives the rows of a file that had none their checksums.</summary>
internal sealed class SqliteChecksums(SqliteConnection connection)
{
    public void FillIn()
    {
        using (var update = new SqliteStatement(connection, "UPDATE instance SET checksum = ? WHERE key = ?"))
        {
            foreach (var row in Select($"SELECT {SqliteRows.InstanceColumns} FROM instance", SqliteRows.Instance))
            {
                update.Bind(Checksum.Of(row, SqliteRows.TagsOf(row))).Bind(row.Key).Execute();
            }
        }

        using (var update = new SqliteStatement(connection, "UPDATE message SET checksum = ? WHERE seq = ?"))
        {
            foreach (var message in Select($"SELECT {SqliteRows.MessageColumns} FROM message", SqliteRows.Message))
            {
                update.Bind(Checksum.Of(message)).Bind(message.Sequence).Execute();
            }
        }

        FillInHistory();
    }

    private void FillInHistory()
    {
        using var update = new SqliteStatement(connection, "UPDATE history SET checksum = ? WHERE instance_key = ? AND turn = ?");
        using var instances = new SqliteStatement(connection, "SELECT key FROM instance");
        using var chunks = new SqliteStatement(connection, "SELECT turn, events FROM history WHERE instance_key = ? ORDER BY turn");
        while (instances.Read())
        {
            var key = instances.Int64(0);
            List<(long Turn, long Sum)> sums = [];
            chunks.Bind(key);
            while (chunks.Read())
            {
                sums.Add((chunks.Int64(0), Checksum.Of(key, chunks.Int64(0), chunks.BlobSpan(1))));
            }

            foreach (var (turn, sum) in sums)
            {
                update.Bind(sum).Bind(key).Bind(turn).Execute();
            }
        }
    }

    private List<T> Select<T>(string sql, Func<SqliteStatement, T> map)
    {
        using var statement = new SqliteStatement(connection, sql);
        List<T> rows = [];
        while (statement.Read())
        {
            rows.Add(map(statement));
        }

        return rows;
    }
}
