namespace TeamsWorkflows.Server.Audit;

/// <summary>On an endpoint that changes something: under which name the audit log keeps it.</summary>
/// <param name="Action">Such as <c>case.resolve</c>.</param>
/// <param name="Kind">What the address's <c>id</c> is of, such as <c>case</c>.</param>
internal sealed record AuditedAct(string Action, string Kind);

/// <summary>On an endpoint that takes something else than GET and has no entry of its own in the audit log.</summary>
internal sealed record NotAuditedAct(string Why);

internal static class AuditedActs
{
    /// <summary>Has whatever the endpoint changes recorded, with who did it and why.</summary>
    public static RouteHandlerBuilder Audited(this RouteHandlerBuilder endpoint, string action, string kind)
        => endpoint.WithMetadata(new AuditedAct(action, kind)).AddEndpointFilterFactory(AuditFilter.Create);

    /// <summary>Says why nothing is recorded of what the endpoint does.</summary>
    public static RouteHandlerBuilder NotAudited(this RouteHandlerBuilder endpoint, string why) => endpoint.WithMetadata(new NotAuditedAct(why));
}
