using Azure.Core;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Connections.Credentials;
using TeamsWorkflows.DurableTask.Postgres;
using TeamsWorkflows.Server.Hosting;

namespace TeamsWorkflows.Server.Storage.Postgres;

/// <summary>Signs in to Azure Database for PostgreSQL with a token of Entra ID: there is no password to keep, or to leak.</summary>
/// <param name="credentials">Asked when somebody signs in so: where nobody does, a host's settings for it need not even be valid.</param>
internal sealed class PostgresIdentity(Func<AzureCredentials> credentials, IOptions<PostgresOptions> options)
{
    private static readonly TokenRequestContext Database = new(["https://ossrdbms-aad.database.windows.net/.default"]);

    /// <summary>Gets what is shown in the place of a password; null: the connection string says how to sign in.</summary>
    public PostgresPassword? Password { get; } = options.Value.Identity is { Length: > 0 } identity
        ? Of(new Lazy<TokenCredential>(() => credentials().ForIdentity(identity)))
        : null;

    private static PostgresPassword Of(Lazy<TokenCredential> credential) => new(
        () => credential.Value.GetToken(Database, CancellationToken.None).Token,
        async cancellation => (await credential.Value.GetTokenAsync(Database, cancellation)).Token);
}
