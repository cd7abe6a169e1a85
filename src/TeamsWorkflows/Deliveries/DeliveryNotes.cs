using System.Globalization;

namespace TeamsWorkflows.Deliveries;

/// <summary>What a message says about itself above the report.</summary>
internal static class DeliveryNotes
{
    public const string MayBeRepeat = "This may be a repeat: nobody could confirm whether an earlier message arrived.";

    public static string Mailed(DateTimeOffset at, DateTimeOffset now) => $"Already sent by e-mail at {Time(at, now)}.";

    public static string Late(DateTimeOffset acceptedAt, DateTimeOffset now) => $"This is late: it was handed over at {Time(acceptedAt, now)}.";

    /// <summary>A time in UTC; with its day, unless that is today.</summary>
    public static string Time(DateTimeOffset at, DateTimeOffset now) => at.ToUniversalTime().ToString(
        at.UtcDateTime.Date == now.UtcDateTime.Date ? "HH:mm 'UTC'" : "yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
