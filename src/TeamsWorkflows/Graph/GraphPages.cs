namespace TeamsWorkflows.Graph;

/// <summary>Looks through a list of Graph, page by page.</summary>
internal static class GraphPages
{
    // 50 a page: a channel takes 3,000 messages of one application a day.
    private const int MaxPages = 60;

    /// <param name="read">Reads the page at an address, or the first one when it is null; gives its items and the address of the next page.</param>
    /// <returns>Null: it is not there, or not on the first 60 pages.</returns>
    public static async Task<T?> FindAsync<T>(Func<string?, Task<(List<T>? Items, string? Next)>> read, Predicate<T> isMeant)
        where T : class
    {
        string? address = null;
        for (var pages = 0; pages < MaxPages; pages++)
        {
            var (items, next) = await read(address);
            if (items?.Find(isMeant) is { } found)
            {
                return found;
            }

            if (next is null)
            {
                return null;
            }

            address = next;
        }

        return null;
    }
}
