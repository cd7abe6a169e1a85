using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace TeamsWorkflows.Graph;

/// <summary>Section <c>Graph</c>.</summary>
public sealed class GraphOptions
{
    /// <summary>Gets or sets the root of the service, with its version.</summary>
    /// <value>The default is <c>https://graph.microsoft.com/v1.0</c>.</value>
    [Required]
    public Uri BaseAddress { get; set; } = new("https://graph.microsoft.com/v1.0");

    /// <summary>Gets or sets what tokens for Graph are made for: the cloud's own address, without version.</summary>
    /// <value>The default is <c>https://graph.microsoft.com</c>; national clouds have others, such as <c>https://graph.microsoft.us</c>.</value>
    /// <seealso href="https://learn.microsoft.com/graph/deployments"/>
    [Required]
    public Uri Resource { get; set; } = new("https://graph.microsoft.com");

    /// <summary>Gets or sets the longest one call may take; after that its outcome is unknown.</summary>
    /// <value>The default is 60 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Gets or sets a value indicating whether a mail that goes out by Graph stays in the sender's folder of sent items.</summary>
    /// <value>The default is true. A mailbox that sends very many reports fills up with them.</value>
    public bool KeepsSentMail { get; set; } = true;
}

[OptionsValidator]
internal sealed partial class ValidateGraphOptions : IValidateOptions<GraphOptions>;

/// <summary>What one channel message may hold.</summary>
public static class ChannelMessageLimits
{
    /// <summary>Most bytes of the JSON that is really sent. Graph refuses beyond about 28 KB; the rest is our margin.</summary>
    /// <seealso href="https://learn.microsoft.com/graph/api/chatmessage-post"/>
    public const int MaxMessageBytes = 24 * 1024;
}
