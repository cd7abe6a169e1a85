using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Data;

namespace TeamsWorkflows.Server.Storage;

/// <summary>Has the database refuse to change or remove an entry of the audit log: what the product cannot do, nobody does by mistake.</summary>
/// <remarks>Whoever owns the database can take the triggers away; the chain shows what was done then.</remarks>
internal static class AppendOnly
{
    private const string Sqlite =
        """
        CREATE TRIGGER IF NOT EXISTS "AuditEntries_no_update" BEFORE UPDATE ON "AuditEntries"
            BEGIN SELECT RAISE(ABORT, 'An entry of the audit log is never changed.'); END;
        CREATE TRIGGER IF NOT EXISTS "AuditEntries_no_delete" BEFORE DELETE ON "AuditEntries"
            BEGIN SELECT RAISE(ABORT, 'An entry of the audit log is never removed.'); END;
        """;

    // Only when it is missing: who may write the table need not be its owner.
    private const string Postgres =
        """
        DO $do$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = '"AuditEntries"'::regclass AND tgname = 'AuditEntries_no_change') THEN
                CREATE OR REPLACE FUNCTION audit_entries_refuse() RETURNS trigger LANGUAGE plpgsql AS
                    $$ BEGIN RAISE EXCEPTION 'An entry of the audit log is never changed or removed.'; END; $$;
                CREATE TRIGGER "AuditEntries_no_change" BEFORE UPDATE OR DELETE OR TRUNCATE ON "AuditEntries"
                    FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_refuse();
            END IF;
        END $do$;
        """;

    public static Task EnforceAsync(ProductDb db, CancellationToken cancellationToken)
        => db.Database.ExecuteSqlRawAsync(db.Database.ProviderName?.Contains("Sqlite", StringComparison.Ordinal) == true ? Sqlite : Postgres, cancellationToken);
}
