using System.Text;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Sqlite;

/// <summary>A list query as SQL: the conditions that were given, and their values in the same order.</summary>
internal sealed class SqliteQuery
{
    /// <summary>The collation that compares as orchestrators' names do; SQLite's own NOCASE knows A to Z only.</summary>
    public const string NameCollation = "NAME";

    private readonly StringBuilder _text;
    private readonly List<Action<SqliteStatement>> _values = [];

    private SqliteQuery(string begin) => _text = new(begin);

    public string Text => _text.ToString();

    /// <summary>Selects rows, newest first.</summary>
    public static SqliteQuery List(OrchestrationQuery query, long beforeKey, int max)
    {
        var select = new SqliteQuery($"SELECT {SqliteRows.InstanceColumns} FROM instance WHERE key < ?");
        select._values.Add(s => s.Bind(beforeKey));
        select.AddConditions(query);
        select.AddNewest(max);
        return select;
    }

    /// <summary>Counts the newest rows, by the number of the span and the status.</summary>
    public static SqliteQuery Count(OrchestrationQuery query, KeyRange keys, TimeSpan span, int max)
    {
        var select = new SqliteQuery("SELECT created_at / ?, status, count(*) FROM (SELECT created_at, status FROM instance WHERE key >= ? AND key < ?");
        select._values.Add(s => s.Bind(span.Ticks).Bind(keys.From).Bind(keys.Before));
        select.AddConditions(query);
        select.AddNewest(max);
        select._text.Append(") GROUP BY 1, 2");
        return select;
    }

    public void Bind(SqliteStatement statement) => _values.ForEach(bind => bind(statement));

    private void AddConditions(OrchestrationQuery query)
    {
        if (query.Statuses.Count > 0)
        {
            _text.Append(" AND status IN (").AppendJoin(", ", query.Statuses.Select(static status => (int)status)).Append(')');
        }

        if (query.InstanceIdPrefix is { Length: > 0 } prefix)
        {
            // The first half lets the index on id be used, the second is the condition.
            _text.Append(" AND id >= ? AND substr(id, 1, length(?)) = ?");
            _values.Add(s => s.Bind(prefix).Bind(prefix).Bind(prefix));
        }

        AddIf(query.Name, $" AND name = ? COLLATE {NameCollation}", static (s, value) => s.Bind(value));
        foreach (var name in query.NotNames)
        {
            AddIf(name, $" AND name <> ? COLLATE {NameCollation}", static (s, value) => s.Bind(value));
        }

        AddIf(query.CreatedFrom, " AND created_at >= ?", static (s, value) => s.Bind(value));
        AddIf(query.CreatedBefore, " AND created_at < ?", static (s, value) => s.Bind(value));
        AddIf(query.CompletedFrom, " AND completed_at >= ?", static (s, value) => s.Bind(value));
        AddIf(query.CompletedBefore, " AND completed_at < ?", static (s, value) => s.Bind(value));
        foreach (var (name, value) in query.Tags)
        {
            _text.Append(" AND key IN (SELECT instance_key FROM instance_tag WHERE name = ? AND value = ?)");
            _values.Add(s => s.Bind(name).Bind(value));
        }
    }

    private void AddNewest(int max)
    {
        _text.Append(" ORDER BY key DESC LIMIT ?");
        _values.Add(s => s.Bind(max));
    }

    private void AddIf<T>(T? value, string condition, Action<SqliteStatement, T> bind)
    {
        if (value is not null)
        {
            _text.Append(condition);
            _values.Add(s => bind(s, value));
        }
    }
}
