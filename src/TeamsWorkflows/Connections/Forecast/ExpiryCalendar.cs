using System.Globalization;
using System.Text;

namespace TeamsWorkflows.Connections.Forecast;

/// <summary>Dates that need a person as an iCalendar feed, with reminders 30, 7 and 1 days ahead.</summary>
/// <seealso href="https://www.rfc-editor.org/rfc/rfc5545"/>
public static class ExpiryCalendar
{
    private const int MaxOctets = 75;
    private static readonly int[] ReminderDays = [30, 7, 1];

    public static string Write(IEnumerable<Expiry> expiries, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(expiries);

        var calendar = new StringBuilder();
        foreach (var line in (string[])["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//TeamsWorkflows//Credential calendar//EN", "X-WR-CALNAME:Teams credentials"])
        {
            Fold(calendar, line);
        }

        foreach (var expiry in expiries.Where(static e => e.NeedsPerson))
        {
            Write(calendar, expiry, now);
        }

        Fold(calendar, "END:VCALENDAR");
        return calendar.ToString();
    }

    private static void Write(StringBuilder calendar, Expiry expiry, DateTimeOffset now)
    {
        var title = $"{Words(expiry.Kind)} of connection {expiry.ConnectionId} ends";
        Fold(calendar, "BEGIN:VEVENT");
        Fold(calendar, $"UID:{expiry.ConnectionId}-{expiry.Kind}@teamsworkflows");
        Fold(calendar, $"DTSTAMP:{Time(now)}");
        Fold(calendar, $"DTSTART:{Time(expiry.At)}");
        Fold(calendar, "DURATION:PT30M");
        Fold(calendar, $"SUMMARY:{Text(title)}");
        Fold(calendar, $"DESCRIPTION:{Text($"{expiry.Because}\n{expiry.Advice}")}");
        Fold(calendar, "TRANSP:TRANSPARENT");
        foreach (var days in ReminderDays)
        {
            Fold(calendar, "BEGIN:VALARM");
            Fold(calendar, "ACTION:DISPLAY");
            Fold(calendar, $"DESCRIPTION:{Text(title)}");
            Fold(calendar, string.Create(CultureInfo.InvariantCulture, $"TRIGGER:-P{days}D"));
            Fold(calendar, "END:VALARM");
        }

        Fold(calendar, "END:VEVENT");
    }

    public static string Words(ExpiryKind kind) => kind switch
    {
        ExpiryKind.AccessToken => "Access token",
        ExpiryKind.SignInUnused => "Unused sign-in",
        ExpiryKind.SignInFrequency => "Sign-in (policy on its frequency)",
        ExpiryKind.ClientSecret => "Client secret",
        ExpiryKind.Certificate => "Certificate",
        ExpiryKind.Consent => "Consent (to be reviewed)",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    private static string Text(string text) => text
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace(";", "\\;", StringComparison.Ordinal)
        .Replace(",", "\\,", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    // A line of more than 75 octets goes on in the next one, after a blank; never in the middle of a character.
    private static void Fold(StringBuilder calendar, string line)
    {
        var octets = 0;
        foreach (var rune in line.EnumerateRunes())
        {
            if (octets + rune.Utf8SequenceLength > MaxOctets)
            {
                calendar.Append("\r\n ");
                octets = 1;
            }

            calendar.Append(rune.ToString());
            octets += rune.Utf8SequenceLength;
        }

        calendar.Append("\r\n");
    }
}
