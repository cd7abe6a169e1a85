using Azure.Core;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Connections.Credentials;
using TeamsWorkflows.DurableTask.Postgres;
using TeamsWorkflows.Server.Hosting;

namespace TeamsWorkflows.Server.Storage.Postgres;

/// <summary>Signs in to Azure Database for PostgreSQL with a token of Entra ID: there is no password to keep, or to leak.</summary>
internal sealed class PostgresIdentity(AzureCredentials credentials, IOptions<PostgresOptions> options)
{
    private static readonly TokenRequestContext Database = new(["https://ossrdbms-aad.database.windows.net/.default"]);

    /// <summary>Gets what is shown in the place of a password; null: the connection string says how to sign in.</summary>
    public PostgresPassword? Password { get; } = options.Value.Identity is { Length: > 0 } identity ? Of(credentials.ForIdentity(identity)) : null;

    private static PostgresPassword Of(TokenCredential credential) => new(
        () => credential.GetToken(Database, CancellationToken.None).Token,
        async cancellation => (await credential.GetTokenAsync(Database, cancellation)).Token);
}
