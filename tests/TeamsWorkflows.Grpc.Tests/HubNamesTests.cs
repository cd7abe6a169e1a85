using Microsoft.Extensions.Logging.Abstractions;
using TeamsWorkflows.DurableTask.Grpc.Sidecar;

namespace TeamsWorkflows.Grpc.Tests;

/// <summary>Which hub a name is, and which file.</summary>
public sealed class HubNamesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hubs-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Names_that_differ_in_case_alone_are_one_hub_and_one_file_in_lower_case()
    {
        await using (var hubs = await OpenAsync("Orders"))
        {
            Assert.Same(await hubs.GetAsync("orders"), await hubs.GetAsync("ORDERS"));
        }

        Assert.Equal("orders.db", Path.GetFileName(Assert.Single(Directory.GetFiles(_folder, "*.db"))));
    }

    [Fact]
    public async Task A_file_of_an_earlier_release_is_found_by_its_name_in_any_case_and_removed_with_its_hub()
    {
        await using (await OpenAsync("orders"))
        {
        }

        File.Move(Path.Combine(_folder, "orders.db"), Path.Combine(_folder, "Orders.db"));
        await using var hubs = await OpenAsync("orders");
        await hubs.GetAsync("ORDERS");
        Assert.Equal("Orders.db", Path.GetFileName(Assert.Single(Directory.GetFiles(_folder, "*.db"))));

        await hubs.DeleteAsync("orders");
        Assert.Empty(Directory.GetFiles(_folder, "*.db"));
    }

    [Fact]
    public async Task Two_files_that_would_be_one_hub_are_refused_by_name()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "orders.db"), "");
        await File.WriteAllTextAsync(Path.Combine(_folder, "Orders.db"), "");

        var refused = await Assert.ThrowsAsync<IOException>(() => OpenAsync("orders"));

        Assert.Contains("Orders.db", refused.Message, StringComparison.Ordinal);
        Assert.Contains("orders.db", refused.Message, StringComparison.Ordinal);
    }

    private async Task<SidecarHubs> OpenAsync(string name)
    {
        SidecarHubs hubs = new(
            _folder, new SidecarOptions { CreateHubs = true, Hubs = { name } }, NullLoggerFactory.Instance, TimeProvider.System, Guid.NewGuid);
        try
        {
            await hubs.OpenAsync();
            return hubs;
        }
        catch
        {
            await hubs.DisposeAsync();
            throw;
        }
    }
}
