using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace TeamsWorkflows.Server.Api;

/// <summary>Section <c>Api</c>: the limits of the HTTP API.</summary>
public sealed class ApiOptions
{
    public const string Section = "Api";

    /// <summary>Gets or sets how many bytes a request's body may have.</summary>
    /// <value>The default is 262,144: ten times what a channel message may hold.</value>
    [Range(1_024, 10_485_760)]
    public long MaxBodyBytes { get; set; } = 262_144;
}

[OptionsValidator]
internal sealed partial class ValidateApiOptions : IValidateOptions<ApiOptions>;
