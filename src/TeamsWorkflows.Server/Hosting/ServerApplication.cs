using Microsoft.Extensions.Options;
using TeamsWorkflows.Doctor;
using TeamsWorkflows.Sandbox;
using TeamsWorkflows.Server.Development;
using TeamsWorkflows.Server.Security;
using TeamsWorkflows.Server.Storage;

namespace TeamsWorkflows.Server.Hosting;

/// <summary>The whole server in one process: its data folder, the sandbox in Development, the task hub, API and console.</summary>
internal sealed class ServerApplication : IAsyncDisposable
{
    private readonly DataFolder _folder;
    private readonly WebApplication _web;

    private ServerApplication(DataFolder folder, SandboxServer? sandbox, WebApplication web)
        => (_folder, Sandbox, _web) = (folder, sandbox, web);

    /// <summary>Gets the sandbox; null outside Development.</summary>
    public SandboxServer? Sandbox { get; }

    public IServiceProvider Services => _web.Services;

    /// <summary>Gets where the server listens, once it does.</summary>
    public IEnumerable<Uri> Addresses => _web.Urls.Select(static url => new Uri(url));

    /// <summary>Takes the data folder, starts the sandbox if configured, and puts the server together; it does not listen yet.</summary>
    /// <exception cref="StartRefusedException">It must not start like this.</exception>
    public static async Task<ServerApplication> CreateAsync(string[] args, CancellationToken cancellationToken)
    {
        // Settings and program belong together; the data folder counts from the current directory.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ApplicationName = typeof(ServerApplication).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
        });
        var provider = HubProviderSetting.Read(builder.Configuration);
        var folder = DataFolder.Take(builder.Configuration[DataFolder.Key] ?? "data");
        SandboxServer? sandbox = null;
        try
        {
            sandbox = await DevelopmentSandbox.StartAsync(builder, folder, cancellationToken);
            return new ServerApplication(folder, sandbox, Build(builder, folder, provider));
        }
        catch
        {
            if (sandbox is not null)
            {
                await sandbox.DisposeAsync();
            }

            folder.Dispose();
            throw;
        }
    }

    /// <summary>Starts everything; returns when the server listens.</summary>
    /// <exception cref="OptionsValidationException">The configuration is invalid.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Before the host, which would read some options on its way and stop at the first that is wrong.
        Services.GetRequiredService<IStartupValidator>().Validate();
        return _web.StartAsync(cancellationToken);
    }

    /// <returns>The process's exit code, when the server has been told to stop and has stopped.</returns>
    public async Task<int> WaitForShutdownAsync()
    {
        var state = Services.GetRequiredService<HubState>();
        await _web.WaitForShutdownAsync(CancellationToken.None);
        return state.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        await _web.StopAsync(CancellationToken.None);
        await _web.DisposeAsync();
        if (Sandbox is not null)
        {
            await Sandbox.DisposeAsync();
        }

        _folder.Dispose();
    }

    private static WebApplication Build(WebApplicationBuilder builder, DataFolder folder, HubProvider provider)
    {
        var services = builder.Services;
        services.AddSingleton(folder);
        services.AddProductStorage(provider);
        services.AddKeyRing(builder.Configuration, builder.Environment, provider == HubProvider.Postgres ? null : folder.Keys);
        services.AddTeamsWorkflows(builder.Configuration);
        services.AddTaskHub(provider);
        services.AddFrontDoor();
        services.AddObservability(builder.Configuration);
        services.AddSingleton<IDoctorCheck, DataFolderCheck>();

        var web = builder.Build();
        web.UseFrontDoor();
        return web;
    }
}
