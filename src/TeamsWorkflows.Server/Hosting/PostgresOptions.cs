using Microsoft.Extensions.Options;
using TeamsWorkflows.DurableTask.Postgres;

namespace TeamsWorkflows.Server.Hosting;

/// <summary>Section <c>Postgres</c>: the database that several servers share. Every node has the same, but for its name.</summary>
public sealed class PostgresOptions
{
    public const string Section = "Postgres";

    /// <inheritdoc cref="PostgresHubOptions.ConnectionString"/>
    public string ConnectionString { get; set; } = "";

    /// <summary>Gets or sets the identity that Azure gives to this process, as which it signs in to the database: its client id, or <c>system</c>.</summary>
    /// <value>The default is null: as the connection string says.</value>
    public string? Identity { get; set; }

    /// <summary>Gets or sets the schema of connections, reports, ledger, cases and keys.</summary>
    /// <value>The default is <c>teamsworkflows</c>.</value>
    public string Schema { get; set; } = "teamsworkflows";

    /// <summary>Gets or sets the schema of the task hub.</summary>
    /// <value>The default is <c>taskhub</c>.</value>
    public string HubSchema { get; set; } = "taskhub";

    /// <inheritdoc cref="PostgresHubOptions.Partitions"/>
    public int Partitions { get; set; } = 32;

    /// <inheritdoc cref="PostgresHubOptions.LeaseDuration"/>
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(15);

    /// <inheritdoc cref="PostgresHubOptions.NodeName"/>
    public string NodeName { get; set; } = Environment.MachineName;

    internal PostgresHubOptions ToHub(PostgresPassword? password = null) => new()
    {
        ConnectionString = ConnectionString,
        Password = password,
        Schema = HubSchema,
        Partitions = Partitions,
        LeaseDuration = LeaseDuration,
        NodeName = NodeName,
    };
}

internal static class PostgresSection
{
    /// <summary>Binds and checks the section, for hosts that keep their data in PostgreSQL.</summary>
    public static IServiceCollection AddPostgresOptions(this IServiceCollection services)
    {
        services.AddOptions<PostgresOptions>().BindConfiguration(PostgresOptions.Section).ValidateOnStart();
        return services.AddSingleton<IValidateOptions<PostgresOptions>, ValidatePostgresOptions>();
    }
}

/// <summary>Says everything that is wrong with the section, by key.</summary>
internal sealed class ValidatePostgresOptions : IValidateOptions<PostgresOptions>
{
    private const string SchemaOfAHub = nameof(PostgresHubOptions.Schema) + " ";

    public ValidateOptionsResult Validate(string? name, PostgresOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);

        var problems = options.ToHub().Problems().Select(static p => p.StartsWith(SchemaOfAHub, StringComparison.Ordinal) ? $"Hub{p}" : p).ToList();
        problems.AddRange(new PostgresHubOptions { Schema = options.Schema }.Problems()
            .Where(static p => p.StartsWith(SchemaOfAHub, StringComparison.Ordinal)));
        if (options.Schema == options.HubSchema)
        {
            problems.Add($"{nameof(PostgresOptions.Schema)} and {nameof(PostgresOptions.HubSchema)} must differ; both are '{options.Schema}'.");
        }

        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
