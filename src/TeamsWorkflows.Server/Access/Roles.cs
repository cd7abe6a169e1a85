namespace TeamsWorkflows.Server.Access;

/// <summary>The application's roles, as Entra puts them into the claim <c>roles</c>.</summary>
internal static class Roles
{
    /// <summary>A business process: hands reports over and follows its own.</summary>
    public const string Publisher = nameof(Publisher);

    /// <summary>Decides about the approvals that ask for it, and sees nothing else.</summary>
    public const string Approver = nameof(Approver);

    /// <summary>Sees deliveries, connections and cases, and acts on them.</summary>
    public const string Operator = nameof(Operator);

    /// <summary>An operator who may also look into, and end, orchestrations.</summary>
    public const string Administrator = nameof(Administrator);
}

/// <summary>The authorization policies; each names the roles that satisfy it.</summary>
internal static class Policies
{
    public const string Publish = nameof(Publish);
    public const string Follow = nameof(Follow);

    /// <summary>Own standing work: schedules and intakes.</summary>
    public const string Arrange = nameof(Arrange);
    public const string Operate = nameof(Operate);

    /// <summary>See approvals; which of them somebody may decide about is the approval's own matter.</summary>
    public const string Approve = nameof(Approve);
    public const string Administer = nameof(Administer);

    public static IReadOnlyDictionary<string, string[]> RolesByPolicy { get; } = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        [Publish] = [Roles.Publisher],
        [Follow] = [Roles.Publisher, Roles.Operator, Roles.Administrator],
        [Arrange] = [Roles.Publisher, Roles.Administrator],
        [Operate] = [Roles.Operator, Roles.Administrator],
        [Approve] = [Roles.Approver, Roles.Operator, Roles.Administrator],
        [Administer] = [Roles.Administrator],
    };
}
