namespace TeamsWorkflows.DurableTask.Postgres;

/// <summary>What to show the database in the place of a password of the connection string; asked for each new connection.</summary>
/// <param name="Get">Gives it to a caller that waits; fast, for a token is kept until shortly before its end.</param>
/// <param name="GetAsync">The same.</param>
public sealed record PostgresPassword(Func<string> Get, Func<CancellationToken, ValueTask<string>> GetAsync);
