using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace TeamsWorkflows.DurableTask.Postgres;

/// <summary>A list query as SQL: the conditions that were given, and their values in the same order.</summary>
internal sealed class PostgresQuery
{
    private readonly StringBuilder _text = new($"SELECT {PostgresRows.InstanceColumns} FROM instance WHERE key < ");
    private readonly NpgsqlCommand _command;

    private PostgresQuery(NpgsqlCommand command) => _command = command;

    /// <summary>Makes the command. It is not prepared, so that each is planned for the values that it has.</summary>
    public static NpgsqlCommand Command(NpgsqlConnection connection, OrchestrationQuery query, long beforeKey, int max)
    {
        NpgsqlCommand command = new() { Connection = connection };
        var select = new PostgresQuery(command);
        select.Value(beforeKey);
        select.AddConditions(query);
        select._text.Append(" ORDER BY key DESC LIMIT ");
        select.Value(max);
#pragma warning disable CA2100 // constants of ours and parameters
        command.CommandText = select._text.ToString();
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
