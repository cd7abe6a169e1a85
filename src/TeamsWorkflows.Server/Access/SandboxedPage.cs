namespace TeamsWorkflows.Server.Access;

/// <summary>
/// Marks the endpoint of a page that needs more than the policy for all allows: its browser gives it an origin of its own, which
/// has no cookie, no storage and no answer of this server or another, and to which none of our pages belongs.
/// </summary>
/// <param name="Sources">What it may load, as directives; the rest it may not.</param>
/// <remarks>There is no policy of one's own without the sandbox, and the sandbox never has <c>allow-same-origin</c>.</remarks>
internal sealed record SandboxedPage(string Sources)
{
    public string Policy { get; } =
        $"sandbox allow-scripts; default-src 'none'; {Sources}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}
