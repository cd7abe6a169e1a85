using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace TeamsWorkflows.Server.Hosting;

/// <summary>Section <c>Prometheus</c>: whether metrics can be fetched at <c>/metrics</c>.</summary>
/// <remarks>Whoever reaches the address may read them: names of connections are in them, and no report, person or secret.</remarks>
public sealed class PrometheusOptions
{
    public const string Section = "Prometheus";

    /// <summary>Gets or sets a value indicating whether metrics can be fetched.</summary>
    /// <value>The default is false.</value>
    public bool Enabled { get; set; }

    /// <summary>Gets or sets the one port on which they are served, which <c>Urls</c> must name, too.</summary>
    /// <value>The default is null: wherever the server listens.</value>
    [Range(1, 65535)]
    public int? Port { get; set; }
}

[OptionsValidator]
internal sealed partial class ValidatePrometheusOptions : IValidateOptions<PrometheusOptions>;
