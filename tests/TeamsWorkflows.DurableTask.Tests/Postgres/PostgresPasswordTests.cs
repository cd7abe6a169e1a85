using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using TeamsWorkflows.DurableTask.Postgres;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.DurableTask.Tests.Postgres;

/// <summary>A hub in a database that wants to see a token at each new connection.</summary>
[Collection(PostgresServer.Name)]
public sealed class PostgresPasswordTests(PostgresCluster cluster)
{
    [Fact]
    public async Task Every_connection_shows_what_is_given_in_the_place_of_a_password()
    {
        var shown = 0;
        var hub = cluster.NewHub();
        cluster.Read(
            $"""
            CREATE ROLE app LOGIN PASSWORD 'a-token';
            GRANT CREATE ON DATABASE postgres TO app;
            COPY (SELECT unnest(ARRAY['host all app 127.0.0.1/32 password', 'host all all 127.0.0.1/32 trust', 'local all all trust']))
              TO '{cluster.Read("SHOW hba_file")}';
            SELECT pg_reload_conf();
            """);
        hub.ConnectionString = $"Host=127.0.0.1;Port={cluster.Port};Username=app;Database=postgres";
        hub.Password = new(
            () => Count("a-token"),
            _ => ValueTask.FromResult(Count("a-token")));
        DurableTaskRegistry registry = new(JsonSerializerOptions.Web);

        await using (var node = PostgresTaskHub.Open(hub, new(registry, NullLoggerFactory.Instance, TimeProvider.System, Guid.NewGuid, new TaskHubOptions())))
        {
            node.Start();
            Assert.Null(await node.Client.GetInstanceAsync("nobody"));
        }

        Assert.True(shown >= 3, $"Shown {shown} times: the pool and the node's own connections ask.");
        hub.Password = new(static () => "another", static _ => ValueTask.FromResult("another"));
        Assert.ThrowsAny<Exception>(() => PostgresTaskHub.Open(
            hub, new(registry, NullLoggerFactory.Instance, TimeProvider.System, Guid.NewGuid, new TaskHubOptions())));

        string Count(string token)
        {
            Interlocked.Increment(ref shown);
            return token;
        }
    }
}
