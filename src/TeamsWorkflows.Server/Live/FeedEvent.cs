using System.Globalization;
using TeamsWorkflows.Data;

namespace TeamsWorkflows.Server.Live;

/// <summary>One entry of the feed.</summary>
/// <param name="Change">Null: something may have been missed, so everything is to be read anew.</param>
internal readonly record struct FeedEvent(FeedPosition Position, DateTimeOffset At, DataChange? Change);

/// <summary>A place in the feed of one process's life.</summary>
/// <param name="Epoch">That life; another process's positions say nothing here.</param>
internal readonly record struct FeedPosition(string Epoch, long Number)
{
    /// <returns>Null when the text is no position.</returns>
    public static FeedPosition? Parse(string? text)
        => text?.Split('-') is [{ Length: > 0 } epoch, var number] && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
            ? new(epoch, at)
            : null;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Epoch}-{Number}");
}
