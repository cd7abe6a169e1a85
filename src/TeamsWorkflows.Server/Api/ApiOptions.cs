using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace TeamsWorkflows.Server.Api;

/// <summary>Section <c>Api</c>: the limits of the HTTP API.</summary>
public sealed class ApiOptions
{
    public const string Section = "Api";

    /// <summary>Gets or sets how many bytes a request's body may have.</summary>
    /// <value>The default is 8,388,608: one attachment of the largest size in base64, and room for the rest.</value>
    [Range(1_024, 67_108_864)]
    public long MaxBodyBytes { get; set; } = 8_388_608;
}

[OptionsValidator]
internal sealed partial class ValidateApiOptions : IValidateOptions<ApiOptions>;
