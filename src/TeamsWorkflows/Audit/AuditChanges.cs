using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Audit;

/// <summary>What a transaction changes, row by row, without secrets and without content: those are hidden or cut.</summary>
/// <remarks>Bytes are never shown: whatever is protected is in bytes. A text is shown up to a length, and tokens in it are not.</remarks>
internal sealed class AuditChanges
{
    private const int MaxText = 200;
    private const int MaxRows = 50;
    private const string Hidden = "(hidden)";

    private readonly List<(string Row, SortedDictionary<string, string?>? Before, SortedDictionary<string, string?>? After)> _rows = [];
    private int _left;

    /// <summary>Gets a value indicating whether nothing was changed.</summary>
    public bool IsEmpty => _rows.Count == 0;

    /// <summary>Takes in what a context is about to save.</summary>
    public void Take(ProductDb db)
    {
        foreach (var entry in db.ChangeTracker.Entries().Where(static e => e.Entity is not (AuditRow or AuditHeadRow)))
        {
            Take(entry);
        }
    }

    /// <returns>JSON by row, as it was; null: nothing was there.</returns>
    public string? Before() => Write(static r => r.Before);

    /// <returns>JSON by row, as it is now; null: nothing is there.</returns>
    public string? After() => Write(static r => r.After);

    private void Take(EntityEntry entry)
    {
        var (before, after) = entry.State switch
        {
            EntityState.Added => (null, Values(entry, static p => p.CurrentValue, static _ => true)),
            EntityState.Deleted => (Values(entry, static p => p.OriginalValue, static _ => true), null),
            EntityState.Modified => (Values(entry, static p => p.OriginalValue, static p => p.IsModified), Values(entry, static p => p.CurrentValue, static p => p.IsModified)),
            _ => ((SortedDictionary<string, string?>?)null, (SortedDictionary<string, string?>?)null),
        };
        if (before is null && after is null)
        {
            return;
        }

        if (_rows.Count == MaxRows)
        {
            _left++;
            return;
        }

        var key = entry.Metadata.FindPrimaryKey()!.Properties.Select(p => Show(entry.Property(p.Name), entry.Property(p.Name).CurrentValue));
        _rows.Add(($"{entry.Metadata.ClrType.Name.Replace("Row", "", StringComparison.Ordinal)}/{string.Join('/', key)}", before, after));
    }

    private static SortedDictionary<string, string?> Values(EntityEntry entry, Func<PropertyEntry, object?> value, Func<PropertyEntry, bool> isMeant)
    {
        var values = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        foreach (var property in entry.Properties.Where(isMeant))
        {
            values[property.Metadata.Name] = Show(property, value(property));
        }

        return values;
    }

    private static string? Show(PropertyEntry property, object? value)
        => value is not null && property.Metadata.PropertyInfo?.IsDefined(typeof(HiddenFromAuditAttribute), inherit: false) == true ? Hidden : Show(value);

    private static string? Show(object? value) => value switch
    {
        null => null,
        byte[] => Hidden,
        string text => Show(text),
        DateTimeOffset time => time.ToString("O", CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    private static string Show(string text)
    {
        var shown = Redaction.Body(text) ?? "";
        return shown.Length <= MaxText ? shown : $"{ColumnText.Cut(shown, MaxText)}… ({text.Length.ToString(CultureInfo.InvariantCulture)} characters)";
    }

    private string? Write(Func<(string Row, SortedDictionary<string, string?>? Before, SortedDictionary<string, string?>? After), SortedDictionary<string, string?>?> side)
    {
        var shown = _rows.Where(r => side(r) is not null).ToArray();
        if (shown.Length == 0)
        {
            return null;
        }

        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            foreach (var row in shown)
            {
                json.WriteStartObject(row.Row);
                foreach (var (name, value) in side(row)!)
                {
                    json.WriteString(name, value);
                }

                json.WriteEndObject();
            }

            if (_left > 0)
            {
                json.WriteNumber("rowsLeftOut", _left);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
    }
}

/// <summary>On a column that the audit log names without its value: content, or what would open something.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class HiddenFromAuditAttribute : Attribute;
