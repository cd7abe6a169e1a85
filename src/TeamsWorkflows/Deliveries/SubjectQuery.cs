using System.Data.Common;
using TeamsWorkflows.Data;
using TeamsWorkflows.Data.Statements;

namespace TeamsWorkflows.Deliveries;

/// <summary>What an attempt is about, as it is at one moment.</summary>
/// <param name="Connection">Null: the destination needs none, or it is gone.</param>
/// <param name="Earlier">The attempt of the same number; null: there is none yet.</param>
internal sealed record FoundSubject(DeliveryRow Delivery, ReportRow Report, ConnectionRow? Connection, AttemptRow? Earlier);

/// <summary>Finds what an attempt is about, in one statement.</summary>
internal sealed class SubjectQuery
{
    private readonly RowTable<DeliveryRow> _deliveries;
    private readonly RowTable<ReportRow> _reports;
    private readonly RowTable<ConnectionRow> _connections;
    private readonly RowTable<AttemptRow> _attempts;
    private readonly Statement _statement;

    public SubjectQuery(ProductDb db)
    {
        (_deliveries, _reports) = (RowTable<DeliveryRow>.Of(db), RowTable<ReportRow>.Of(db));
        (_connections, _attempts) = (RowTable<ConnectionRow>.Of(db), RowTable<AttemptRow>.Of(db));
        _statement = new(
            $"""
            SELECT {_deliveries.Columns("d")}, {_reports.Columns("r")}, {_connections.Columns("c")}, {_attempts.Columns("a")}
            FROM {_deliveries.As("d")}
            JOIN {_reports.As("r")} ON r.{_reports.Name(nameof(ReportRow.Id))} = d.{_deliveries.Name(nameof(DeliveryRow.ReportId))}
            LEFT JOIN {_connections.As("c")} ON c.{_connections.Name(nameof(ConnectionRow.Id))} = d.{_deliveries.Name(nameof(DeliveryRow.ConnectionId))}
            LEFT JOIN {_attempts.As("a")} ON a.{_attempts.Name(nameof(AttemptRow.DeliveryId))} = d.{_deliveries.Name(nameof(DeliveryRow.Id))}
                AND a.{_attempts.Name(nameof(AttemptRow.Number))} = {Statement.Parameter(1)}
            WHERE d.{_deliveries.Name(nameof(DeliveryRow.Id))} = {Statement.Parameter(0)}
            """,
            [_deliveries.Mapping(nameof(DeliveryRow.Id)), _attempts.Mapping(nameof(AttemptRow.Number))]);
    }

    /// <exception cref="InvalidOperationException">There is no such delivery.</exception>
    public Task<FoundSubject> FindAsync(ProductDb db, string deliveryId, int number, CancellationToken cancellationToken)
        => _statement.ReadAsync(db, [deliveryId, number], ReadAsync, cancellationToken);

    private async Task<FoundSubject> ReadAsync(DbDataReader reader, CancellationToken cancellationToken)
    {
        if (!await reader.ReadAsync(cancellationToken))
        {
            throw new InvalidOperationException("The delivery is not in the ledger any more.");
        }

        var (reports, connections) = (_deliveries.Width, _deliveries.Width + _reports.Width);
        return new(
            _deliveries.Read(reader, 0),
            _reports.Read(reader, reports),
            _connections.ReadOrNull(reader, connections),
            _attempts.ReadOrNull(reader, connections + _connections.Width));
    }
}
