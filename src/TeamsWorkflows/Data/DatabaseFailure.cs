using System.Data.Common;

namespace TeamsWorkflows.Data;

/// <summary>What a failure of the database means for whoever might try again, by the standard's own codes.</summary>
public static class DatabaseFailure
{
    private const string SerializationFailure = "40001";
    private const string Deadlock = "40P01";

    /// <summary>The database, or its disk, refused or was away: the caller's own code is not to blame.</summary>
    public static bool IsOfDatabase(Exception e) => e is IOException or TimeoutException || Find(e) is not null;

    /// <summary>Nothing was written, because of another transaction that was.</summary>
    public static bool IsConflict(Exception e) => Find(e) is { SqlState: SerializationFailure or Deadlock };

    /// <summary>The database is out of reach at the moment.</summary>
    public static bool IsOutage(Exception e) => e is not IOException && Find(e) is { IsTransient: true, SqlState: not (SerializationFailure or Deadlock) };

    private static DbException? Find(Exception? e) => e as DbException ?? (e is null ? null : Find(e.InnerException));
}
