using TeamsWorkflows.Sandbox.Tenants;

namespace TeamsWorkflows.Sandbox.Entra;

/// <summary>Writes down what a user or an administrator allowed an app, and takes it back.</summary>
internal static class Consents
{
    public static void Grant(World world, TenantStore tenant, AppIdentity app, IEnumerable<string> scopes) =>
        tenant.Commit(scopes.SelectMany(scope => new TenantChange[]
        {
            new MarksRemoved(MarkKinds.ConsentRemoved, Subject(app, scope)),
            new MarkSet(NewMark(world, MarkKinds.ConsentGranted, app, scope)),
        }).ToArray());

    public static void Remove(World world, TenantStore tenant, AppIdentity app, IEnumerable<string> scopes) =>
        tenant.Commit(scopes.Select(scope =>
            new MarkSet(NewMark(world, MarkKinds.ConsentRemoved, app, scope))).ToArray());

    private static Mark NewMark(World world, string kind, AppIdentity app, string scope) =>
        new(kind, Subject(app, scope), world.Sequence.Next(), world.Time.GetUtcNow());

    private static string Subject(AppIdentity app, string scope) => $"{app.ClientId} {scope}";
}
