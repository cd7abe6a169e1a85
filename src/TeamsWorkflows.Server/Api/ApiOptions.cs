using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace TeamsWorkflows.Server.Api;

/// <summary>Section <c>Api</c>: the limits of the HTTP API.</summary>
public sealed class ApiOptions
{
    public const string Section = "Api";

    /// <summary>The most that <see cref="MaxBodyBytes"/> may be: 64 MiB.</summary>
    internal const int LargestBodyBytes = 67_108_864;

    /// <summary>Gets or sets how many bytes a request's body may have.</summary>
    /// <value>The default is 8,388,608: one attachment of the largest size in base64, and room for the rest.</value>
    [Range(1_024, LargestBodyBytes)]
    public long MaxBodyBytes { get; set; } = 8_388_608;

    /// <summary>Gets or sets how many calls one caller may make in a second, in the long run.</summary>
    /// <value>The default is 1,000. An address without a token may make a tenth of it.</value>
    [Range(1, 1_000_000)]
    public int CallsPerSecond { get; set; } = 1_000;

    /// <summary>Gets or sets how many calls one caller may make at once, after a quiet time.</summary>
    /// <value>The default is 5,000. An address without a token may make a tenth of it.</value>
    [Range(1, 1_000_000)]
    public int Burst { get; set; } = 5_000;

    /// <summary>Gets or sets how long a call of the API may take before it is broken off; exports may take longer.</summary>
    /// <value>The default is 5 minutes.</value>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(5);
}

[OptionsValidator]
internal sealed partial class ValidateApiOptions : IValidateOptions<ApiOptions>;
