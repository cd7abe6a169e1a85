using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Intakes;
using TeamsWorkflows.Server.Hosting;

namespace TeamsWorkflows.Functions;

/// <summary>Makes connections and intakes what the configuration says, before the first function runs. The data is migrated by then.</summary>
internal sealed class FunctionsStart(
    ConnectionDesk desk,
    IOptions<ConfiguredConnections> connections,
    IntakeDeclarations declarations,
    IOptions<ConfiguredIntakes> intakes,
    HubState state,
    ILogger<ConfiguredIntakes> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var definition in connections.Value.ByKey.Values)
        {
            await desk.ConfigureAsync(definition, cancellationToken);
        }

        await intakes.Value.ApplyAsync(declarations, logger, cancellationToken);
        state.Started(node: null);
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        state.Stopping();
        return Task.CompletedTask;
    }
}
