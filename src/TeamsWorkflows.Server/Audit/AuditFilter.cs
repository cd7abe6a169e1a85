using System.Reflection;
using TeamsWorkflows.Audit;
using TeamsWorkflows.Server.Access;
using TeamsWorkflows.Server.Api;

namespace TeamsWorkflows.Server.Audit;

/// <summary>Says, around an endpoint that changes something, who acts, on what and why; the database writes it down.</summary>
internal static partial class AuditFilter
{
    public static EndpointFilterDelegate Create(EndpointFilterFactoryContext factory, EndpointFilterDelegate next)
    {
        var readReason = ReasonReader(factory.MethodInfo);
        return async context =>
        {
            var http = context.HttpContext;
            var act = http.GetEndpoint()!.Metadata.GetRequiredMetadata<AuditedAct>();
            var target = http.Request.RouteValues["id"] is string id ? $"{act.Kind}/{id}" : act.Kind;
            using var call = AuditCall.Begin(http.User.AuditActor(), act.Action, target, readReason(context)?.Trim());
            var result = await next(context);
            Tell(http.RequestServices.GetRequiredService<ILogger<AuditLog>>(), call);
            return result;
        };
    }

    /// <summary>Logs the last entry of an act: where logs are kept elsewhere, the line shows later that the audit log was cut off or written anew.</summary>
    public static void Tell(ILogger<AuditLog> logger, AuditCall call)
    {
        if (call.Written is { } head)
        {
            Log.Written(logger, head.Sequence, head.Hash, call.Action);
        }
    }

    // A field of a form, or what a body says in its own words.
    private static Func<EndpointFilterInvocationContext, string?> ReasonReader(MethodInfo handler)
    {
        var parameters = handler.GetParameters();
        var at = Array.FindIndex(parameters, static p => p.ParameterType == typeof(string) && p.Name is "reason" or "comment");
        if (at >= 0)
        {
            return context => context.Arguments[at] as string;
        }

        at = Array.FindIndex(parameters, static p => p.ParameterType.IsAssignableTo(typeof(IReason)));
        if (at >= 0)
        {
            return context => (context.Arguments[at] as IReason)?.Reason;
        }

        at = Array.FindIndex(parameters, static p => p.ParameterType == typeof(IFormCollection));
        return context => at < 0 ? null : (context.Arguments[at] as IFormCollection)?["reason"].ToString();
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Audit entry {Sequence} {Hash}: {Action}")]
        public static partial void Written(ILogger logger, long sequence, string hash, string action);
    }
}
