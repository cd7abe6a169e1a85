using System.Collections.Concurrent;
using System.Data.Common;
using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace TeamsWorkflows.Data.Statements;

/// <summary>A table by its keys, beside the change tracker: what every report reads and writes costs its statements and little more.</summary>
/// <remarks>Columns, types and conversions are the model's: whatever is mapped is read and written, in every database alike.</remarks>
internal sealed class RowTable<TRow>
    where TRow : class
{
    private const int PageSize = 64; // a power of two

    private static readonly PerModel<RowTable<TRow>> Tables = new(static db => new(db.Model));

    private readonly string _name;
    private readonly RowColumn<TRow>[] _columns;
    private readonly RowColumn<TRow>[] _key;
    private readonly Func<DbDataReader, int, TRow> _read;
    private readonly ConcurrentDictionary<int, Statement> _finds = [];
    private readonly ConcurrentDictionary<IReadOnlyList<string>, RowWrite<TRow>> _updates = [];

    private RowTable(IModel model)
    {
        var entity = model.FindEntityType(typeof(TRow)) ?? throw new InvalidOperationException($"{typeof(TRow).Name} is not mapped.");
        var table = StoreObjectIdentifier.Create(entity, StoreObjectType.Table)!.Value;
        _name = Quoted(table.Name);
        _columns = [.. entity.GetProperties().Select(p => new RowColumn<TRow>(p, Quoted(p.GetColumnName(table)!)))];
        _key = [.. entity.FindPrimaryKey()!.Properties.Select(k => Column(k.Name))];
        _read = RowReader.Compile(_columns);
        Insert = new(
            new(
                $"INSERT INTO {_name} ({string.Join(", ", _columns.Select(static c => c.Name))}) VALUES ({Parameters(_columns.Length)})",
                Mappings(_columns)),
            _columns);
    }

    /// <summary>Gets how many columns <see cref="Read"/> takes.</summary>
    public int Width => _columns.Length;

    public RowWrite<TRow> Insert { get; }

    public static RowTable<TRow> Of(ProductDb db) => Tables.Of(db);

    /// <summary>All columns, for a list of what is selected.</summary>
    public string Columns(string alias) => string.Join(", ", _columns.Select(c => $"{alias}.{c.Name}"));

    /// <summary>The table under a name, for a list of what is selected from.</summary>
    public string As(string alias) => $"{_name} AS {alias}";

    /// <summary>A column's name, quoted.</summary>
    public string Name(string property) => Column(property).Name;

    /// <summary>How a property's values become the database's.</summary>
    public RelationalTypeMapping Mapping(string property) => Column(property).Mapping;

    /// <summary>Makes a row of columns in the order of <see cref="Columns"/>.</summary>
    /// <param name="offset">Of the first.</param>
    public TRow Read(DbDataReader reader, int offset) => _read(reader, offset);

    /// <summary>As <see cref="Read"/>; null: an outer join found none.</summary>
    public TRow? ReadOrNull(DbDataReader reader, int offset) => reader.IsDBNull(offset + Array.IndexOf(_columns, _key[0])) ? null : _read(reader, offset);

    /// <summary>Finds the rows of some keys; the table's key is one column.</summary>
    /// <remarks>Many are found in pages of one size, and few by statements of few sizes: each of them stays prepared.</remarks>
    public async Task<List<TRow>> FindAsync(ProductDb db, IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        List<TRow> found = [];
        foreach (var page in keys.Distinct(StringComparer.Ordinal).Chunk(PageSize))
        {
            var size = (int)BitOperations.RoundUpToPowerOf2((uint)page.Length);
            object?[] padded = [.. page, .. Enumerable.Repeat(page[^1], size - page.Length)]; // a key that is named twice is found once
            found.AddRange(await _finds.GetOrAdd(size, ByKeys).ReadAsync(db, padded, ReadAllAsync, cancellationToken));
        }

        return found;
    }

    /// <summary>What changes some properties of the row that has the key of a given one.</summary>
    /// <param name="properties">The same list each time: the statement is found by it.</param>
    public RowWrite<TRow> Update(IReadOnlyList<string> properties) => _updates.GetOrAdd(properties, Updating);

    private RowWrite<TRow> Updating(IReadOnlyList<string> properties)
    {
        RowColumn<TRow>[] set = [.. properties.Select(Column)];
        var assignments = set.Select(static (c, i) => $"{c.Name} = {Statement.Parameter(i)}");
        var conditions = _key.Select((k, i) => $"{k.Name} = {Statement.Parameter(set.Length + i)}");
        RowColumn<TRow>[] all = [.. set, .. _key];
        return new(new($"UPDATE {_name} SET {string.Join(", ", assignments)} WHERE {string.Join(" AND ", conditions)}", Mappings(all)), all);
    }

    private Statement ByKeys(int count) => _key is [var key]
        ? new($"SELECT {Columns("t")} FROM {As("t")} WHERE t.{key.Name} IN ({Parameters(count)})", [.. Enumerable.Repeat(key.Mapping, count)])
        : throw new InvalidOperationException($"The key of {_name} has more than one column.");

    private async Task<List<TRow>> ReadAllAsync(DbDataReader reader, CancellationToken cancellationToken)
    {
        List<TRow> rows = [];
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(_read(reader, 0));
        }

        return rows;
    }

    private RowColumn<TRow> Column(string property) => Array.Find(_columns, c => c.Property == property)
        ?? throw new ArgumentException($"{typeof(TRow).Name} has no '{property}'.", nameof(property));

    private static RelationalTypeMapping[] Mappings(RowColumn<TRow>[] columns) => [.. columns.Select(static c => c.Mapping)];

    private static string Parameters(int count) => string.Join(", ", Enumerable.Range(0, count).Select(Statement.Parameter));

    private static string Quoted(string name) => $"\"{name}\"";
}
