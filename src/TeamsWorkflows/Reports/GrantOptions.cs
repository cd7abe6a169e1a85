using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace TeamsWorkflows.Reports;

/// <summary>Section <c>Grants</c>: who may post where.</summary>
/// <remarks>
/// Without an entry, whoever has the role Publisher may post by every connection. From the first entry on, everybody may post
/// only to what an entry of theirs names; the role alone opens nothing any more. It holds for what schedules, intakes and the
/// watched folder hand over as well: at the time when they do.
/// </remarks>
public sealed class GrantOptions
{
    /// <summary>Gets the entries; their names in the configuration do not matter.</summary>
    public IDictionary<string, Grant> Entries { get; } = new Dictionary<string, Grant>(StringComparer.OrdinalIgnoreCase);
}

/// <summary>What one publisher may post to.</summary>
public sealed class Grant
{
    /// <summary>Gets or sets whose grant it is: the identifier of an application or of a person in Entra ID, or the watched folder's name.</summary>
    [Required]
    public string Publisher { get; set; } = "";

    /// <summary>Gets or sets the connection; <c>*</c>: every one; null: none.</summary>
    public string? Connection { get; set; }

    /// <summary>Gets or sets the identifiers of the channels and chats, or their teams', that are meant.</summary>
    /// <value>The default is empty: everything that the connection reaches.</value>
    public IReadOnlyList<string> Channels { get; set; } = [];

    /// <summary>Gets or sets whether addresses may be posted to that need no connection, such as webhooks, which the publisher names.</summary>
    /// <value>The default is false.</value>
    public bool Addresses { get; set; }
}

internal sealed class ValidateGrantOptions : IValidateOptions<GrantOptions>
{
    public ValidateOptionsResult Validate(string? name, GrantOptions options)
    {
        var failures = options.Entries.Where(static e => string.IsNullOrWhiteSpace(e.Value.Publisher)).Select(static e => $"Grants:{e.Key}:Publisher must name whose grant it is.")
            .Concat(options.Entries.Where(static e => e.Value is { Connection: null, Addresses: false }).Select(static e => $"Grants:{e.Key}: name a Connection, or set Addresses to true; it grants nothing as it is."))
            .ToArray();
        return failures.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
