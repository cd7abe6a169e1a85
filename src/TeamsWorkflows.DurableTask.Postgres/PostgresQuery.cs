using System.Text;
using Npgsql;
using NpgsqlTypes;
using TeamsWorkflows.DurableTask.Storage;

namespace TeamsWorkflows.DurableTask.Postgres;

/// <summary>A list query as SQL: the conditions that were given, and their values in the same order.</summary>
internal sealed class PostgresQuery
{
    private readonly StringBuilder _text = new();
    private readonly NpgsqlCommand _command;

    private PostgresQuery(NpgsqlCommand command) => _command = command;

    /// <summary>Selects rows, newest first. It is not prepared, so that each is planned for the values that it has.</summary>
    public static NpgsqlCommand List(NpgsqlConnection connection, OrchestrationQuery query, long beforeKey, int max)
    {
        NpgsqlCommand command = new() { Connection = connection };
        var select = new PostgresQuery(command);
        select.Add($"SELECT {PostgresRows.InstanceColumns} FROM instance WHERE key < ", beforeKey);
        select.AddConditions(query);
        select.Add(" ORDER BY key DESC LIMIT ", max);
        return select.Written(command);
    }

    /// <summary>Counts the newest rows, by the number of the span and the status.</summary>
    public static NpgsqlCommand Count(NpgsqlConnection connection, OrchestrationQuery query, KeyRange keys, TimeSpan span, int max)
    {
        NpgsqlCommand command = new() { Connection = connection };
        var select = new PostgresQuery(command);
        select.Add("SELECT created_at / ", span.Ticks);
        select.Add(" AS span, status, count(*) FROM (SELECT created_at, status FROM instance WHERE key >= ", keys.From);
        select.Add(" AND key < ", keys.Before);
        select.AddConditions(query);
        select.Add(" ORDER BY key DESC LIMIT ", max);
        select._text.Append(") counted GROUP BY span, status");
        return select.Written(command);
    }

    private NpgsqlCommand Written(NpgsqlCommand command)
    {
#pragma warning disable CA2100 // constants of ours and parameters
        command.CommandText = _text.ToString();
#pragma warning restore CA2100
        return command;
    }

    private void AddConditions(OrchestrationQuery query)
    {
        if (query.Statuses.Count > 0)
        {
            _text.Append(" AND status IN (").AppendJoin(", ", query.Statuses.Select(static status => (int)status)).Append(')');
        }

        if (query.InstanceIdPrefix is { Length: > 0 } prefix)
        {
            Add(" AND starts_with(id, ", PostgresText.Storable(prefix)!);
            _text.Append(')');
        }

        if (query.Name is { } name)
        {
            Add(" AND folded_name = ", PostgresText.Folded(PostgresText.Storable(name)!));
        }

        foreach (var left in query.NotNames)
        {
            Add(" AND folded_name <> ", PostgresText.Folded(PostgresText.Storable(left)!));
        }

        AddIf(query.CreatedFrom, " AND created_at >= ");
        AddIf(query.CreatedBefore, " AND created_at < ");
        AddIf(query.CompletedFrom, " AND completed_at >= ");
        AddIf(query.CompletedBefore, " AND completed_at < ");
        foreach (var (tag, value) in query.Tags)
        {
            Add(" AND key IN (SELECT instance_key FROM instance_tag WHERE name = ", PostgresText.Storable(tag)!);
            Add(" AND value = ", PostgresText.Storable(value)!);
            _text.Append(')');
        }
    }

    private void AddIf(DateTimeOffset? time, string condition)
    {
        if (time is { } known)
        {
            Add(condition, PostgresRows.Ticks(known));
        }
    }

    private void Add<T>(string condition, T value)
    {
        _text.Append(condition);
        Value(value);
    }

    private void Value<T>(T value)
    {
        _command.Parameters.Add(new NpgsqlParameter<T>
        {
            NpgsqlDbType = value is string ? NpgsqlDbType.Text : value is int ? NpgsqlDbType.Integer : NpgsqlDbType.Bigint,
            TypedValue = value,
        });
        _text.Append('$').Append(_command.Parameters.Count);
    }
}
