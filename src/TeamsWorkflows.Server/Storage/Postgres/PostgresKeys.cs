using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Npgsql;

namespace TeamsWorkflows.Server.Storage.Postgres;

/// <summary>The Data Protection key ring in the database: what one node encrypted, the others read.</summary>
/// <remarks>The keys lie beside what they protect, and are themselves encrypted with the certificate of <c>KeyRing</c>.</remarks>
internal sealed class PostgresKeys(NpgsqlDataSource source) : IXmlRepository
{
    /// <summary>Creates the table unless there is one.</summary>
    public const string Table =
        """
        CREATE TABLE IF NOT EXISTS data_protection_key (
            id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            name text NOT NULL,
            xml text NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now());
        """;

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var command = source.CreateCommand("SELECT xml FROM data_protection_key ORDER BY id");
        using var reader = command.ExecuteReader();
        List<XElement> elements = [];
        while (reader.Read())
        {
            elements.Add(XElement.Parse(reader.GetString(0)));
        }

        return elements;
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        ArgumentNullException.ThrowIfNull(element);

        using var command = source.CreateCommand("INSERT INTO data_protection_key (name, xml) VALUES ($1, $2)");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = friendlyName });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = element.ToString(SaveOptions.DisableFormatting) });
        command.ExecuteNonQuery();
    }
}
