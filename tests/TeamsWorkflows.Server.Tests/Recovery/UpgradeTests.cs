using Microsoft.Data.Sqlite;
using TeamsWorkflows.Deliveries;

namespace TeamsWorkflows.Server.Tests.Recovery;

/// <summary>A data folder as the release before left it (<c>Previous/*.sql</c>): today's code opens it, and what was under way in it ends.</summary>
/// <remarks>
/// docs/operations.md says how a new one is recorded. Its keys are not kept: what they protected is asked for anew, as after
/// the loss of a key ring.
/// </remarks>
public sealed class UpgradeTests
{
    [Fact]
    public async Task Data_of_the_previous_schema_is_migrated_and_its_orchestrations_complete()
    {
        var folder = Directory.CreateTempSubdirectory("upgrade-").FullName;
        foreach (var name in (string[])["taskhub", "product"])
        {
            await using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, name + ".db"), Pooling = false, ForeignKeys = false }.ToString());
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // a file of this repository
            command.CommandText = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Recovery", "Previous", name + ".sql"));
#pragma warning restore CA2100
            await command.ExecuteNonQueryAsync();
        }

        var host = new ServerHost { Folder = folder };
        await host.InitializeAsync(); // signs in, which is what the parked reports wait for
        try
        {
            using var oversight = await host.OperatorAsync();
            var deliveries = (await oversight.GetJsonAsync("/api/v1/deliveries?limit=200")).GetProperty("deliveries").EnumerateArray()
                .ToDictionary(static d => d.Text("title"), static d => d.Text("reportId"), StringComparer.Ordinal);
            foreach (var title in (string[])["Parked before the upgrade, first", "Parked before the upgrade, second"])
            {
                await EndedAsync(oversight, deliveries[title]);
                var (posts, mails) = (host.Tenant.MessagesAbout(title).Count, host.Tenant.Mails.Count(m => m.Subject.Contains(title, StringComparison.Ordinal)));
                Assert.True(posts <= 1 && mails <= 1 && posts + mails > 0, $"{title}: {posts} in the channel, {mails} by mail");
            }

            await ApprovalCalls.UntilAsync(oversight, deliveries["Delivered before the upgrade"], "Delivered");
            Assert.Empty(host.Tenant.MessagesAbout("Delivered before the upgrade"));
            Assert.Contains("kept-schedule", (await oversight.GetJsonAsync("/api/v1/schedules")).ToString(), StringComparison.Ordinal);
            using var publisher = await host.PublisherAsync();
            await host.DeliverAsync(publisher, Calls.Unique("After the upgrade"));
        }
        finally
        {
            await host.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    // Their patience is over by now, or not: they are posted, or mailed, or both, and each once.
    private static async Task EndedAsync(HttpClient oversight, string report)
    {
        using var enough = new CancellationTokenSource(ServerHost.Patience);
        while (!Enum.Parse<DeliveryState>((await oversight.GetJsonAsync($"/api/v1/reports/{report}")).GetProperty("deliveries")[0].Text("state")).IsEnd())
        {
            await Task.Delay(50, enough.Token);
        }
    }
}
