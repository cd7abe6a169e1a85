namespace TeamsWorkflows.Server.Hosting;

/// <summary>Section <c>AzureMonitor</c>: the Application Insights resource that traces, metrics and logs are sent to.</summary>
public sealed class AzureMonitorOptions
{
    public const string Section = "AzureMonitor";

    /// <summary>Gets or sets the resource's connection string: where it is, and no secret.</summary>
    /// <value>The default is null: nothing is sent.</value>
    public string? ConnectionString { get; set; }

    /// <summary>Gets or sets the identity of Azure that sends it: its client id, or <c>system</c>.</summary>
    /// <value>The default is null: the resource takes telemetry from anybody who knows the connection string.</value>
    public string? Identity { get; set; }
}
