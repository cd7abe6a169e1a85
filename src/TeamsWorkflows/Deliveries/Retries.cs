using TeamsWorkflows.DurableTask;

namespace TeamsWorkflows.Deliveries;

/// <summary>How often an activity is run again that came to nothing, since the database, the hub or the mail server was away or too busy.</summary>
/// <remarks>Attempts at the other side are not repeated by this: what they met is a result. The ledger knows them by their number.</remarks>
internal static class Retries
{
    /// <summary>About a minute: after it, something else can be done instead.</summary>
    public static TaskOptions Briefly { get; } = TaskOptions.FromRetryPolicy(
        new RetryPolicy(maxNumberOfAttempts: 6, TimeSpan.FromSeconds(2), backoffCoefficient: 2));

    /// <summary>About an hour and a half: a mail server that is down.</summary>
    public static TaskOptions OfMail { get; } = TaskOptions.FromRetryPolicy(
        new RetryPolicy(maxNumberOfAttempts: 12, TimeSpan.FromSeconds(5), backoffCoefficient: 2) { MaxRetryInterval = TimeSpan.FromMinutes(15) });

    /// <summary>About two hours: without it, somebody would wait for ever, or never be told.</summary>
    public static TaskOptions ThroughOutages { get; } = TaskOptions.FromRetryPolicy(
        new RetryPolicy(maxNumberOfAttempts: 16, TimeSpan.FromSeconds(2), backoffCoefficient: 2) { MaxRetryInterval = TimeSpan.FromMinutes(15) });
}
