namespace TeamsWorkflows.Server.Hosting;

/// <summary>Which engine runs the task hub, and where the hub and the product's data are.</summary>
internal enum HubProvider
{
    /// <summary>The embedded engine, in files of the data folder: one process has them for itself.</summary>
    Sqlite,

    /// <summary>The embedded engine, in a PostgreSQL database that several processes share.</summary>
    Postgres,

    /// <summary>An engine elsewhere that speaks the Durable Task protocol; the product's data is in the data folder.</summary>
    DurableTask,
}

/// <summary>The setting that says which; read before the services are put together.</summary>
internal static class HubProviderSetting
{
    public const string Key = "TaskHub:Provider";

    /// <exception cref="StartRefusedException">There is no such provider.</exception>
    public static HubProvider Read(IConfiguration configuration)
    {
        var text = configuration[Key];
        return string.IsNullOrWhiteSpace(text) ? HubProvider.Sqlite
            : Enum.TryParse<HubProvider>(text, ignoreCase: true, out var provider) && Enum.IsDefined(provider) ? provider
            : throw new StartRefusedException(
                ExitCodes.InvalidConfiguration, $"{Key} must be {string.Join(" or ", Enum.GetNames<HubProvider>())}; it is '{text}'.");
    }
}
