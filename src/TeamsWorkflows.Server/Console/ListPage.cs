namespace TeamsWorkflows.Server.Console;

/// <summary>A part of a list that can grow.</summary>
/// <param name="Items">At most <see cref="ListPage.Size"/>.</param>
/// <param name="Skip">How many are before it.</param>
/// <param name="HasMore">Whether there are some behind it.</param>
public sealed record ListPage<T>(IReadOnlyList<T> Items, int Skip, bool HasMore);

/// <summary>How the console cuts lists into pages.</summary>
internal static class ListPage
{
    public const int Size = 50;

    private const int Last = 1_000_000; // further back nobody looks, and what comes to more could not be added up

    /// <returns>How many to leave out, whatever an address says.</returns>
    public static int Skip(int? asked) => Math.Clamp(asked ?? 0, 0, Last);

    /// <param name="found">From <paramref name="skip"/> on, one more than a page if there are so many.</param>
    public static ListPage<T> Of<T>(IReadOnlyList<T> found, int skip) => new([.. found.Take(Size)], skip, found.Count > Size);

    /// <param name="all">The whole list.</param>
    public static ListPage<T> Cut<T>(IReadOnlyList<T> all, int? asked) => Of([.. all.Skip(Skip(asked)).Take(Size + 1)], Skip(asked));
}
