using System.Text.RegularExpressions;

namespace TeamsWorkflows.DurableTask.Postgres;

/// <summary>Which task hub in which database, and how its nodes share it.</summary>
public sealed partial class PostgresHubOptions
{
    /// <summary>The shortest lease that a database under load can be expected to renew in time.</summary>
    public static readonly TimeSpan MinLeaseDuration = TimeSpan.FromMilliseconds(200);

    /// <summary>The most partitions a hub can have.</summary>
    public const int MaxPartitions = 1_024;

    /// <summary>Gets or sets how to reach the database, in Npgsql's words. A connection pooler must keep sessions (LISTEN).</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>Gets or sets what is shown in the place of a password, such as a token of an identity.</summary>
    /// <value>The default is null: what the connection string says.</value>
    public PostgresPassword? Password { get; set; }

    /// <summary>Gets or sets the schema that the hub has for itself; hubs with different schemas share a database.</summary>
    /// <value>The default is <c>taskhub</c>. Lower-case letters, digits and underscores, at most 40.</value>
    public string Schema { get; set; } = "taskhub";

    /// <summary>Gets or sets into how many parts a new hub is divided; most nodes that can share the work.</summary>
    /// <value>The default is 32. It can not be changed later.</value>
    public int Partitions { get; set; } = 32;

    /// <summary>Gets or sets for how long a node owns its partitions without asking the database again.</summary>
    /// <value>The default is 15 seconds: what a dead node owned runs elsewhere after that, and a node renews three times as often.</value>
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Gets or sets by which name other nodes, and people, know this one.</summary>
    /// <value>The default is the machine's name.</value>
    public string NodeName { get; set; } = Environment.MachineName;

    /// <summary>Finds settings that cannot work.</summary>
    /// <returns>Each begins with the setting's name and says what it may be; none: all is well.</returns>
    public IEnumerable<string> Problems()
    {
        if (string.IsNullOrWhiteSpace(ConnectionString))
        {
            yield return $"{nameof(ConnectionString)} must say where the database is, such as Host=db;Database=teamsworkflows;Username=app.";
        }

        if (!SchemaName().IsMatch(Schema))
        {
            yield return $"{nameof(Schema)} must be 1 to 40 lower-case letters, digits and underscores, the first no digit; it is '{Schema}'.";
        }

        if (Partitions is < 1 or > MaxPartitions)
        {
            yield return $"{nameof(Partitions)} must be from 1 to {MaxPartitions}; it is {Partitions}.";
        }

        if (LeaseDuration < MinLeaseDuration || LeaseDuration > TimeSpan.FromHours(1))
        {
            yield return $"{nameof(LeaseDuration)} must be from {MinLeaseDuration} to 1 hour; it is {LeaseDuration}.";
        }
    }

    [GeneratedRegex("^[a-z_][a-z0-9_]{0,39}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex SchemaName();
}
