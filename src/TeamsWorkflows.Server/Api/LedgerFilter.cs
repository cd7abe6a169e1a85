namespace TeamsWorkflows.Server.Api;

/// <summary>What a caller asks of the ledger, as it stands in the address.</summary>
/// <param name="Publisher">For operators; others see their own.</param>
/// <param name="From">Handed over then or later, such as <c>2026-11-26T09:00:00Z</c>.</param>
/// <param name="To">Handed over before.</param>
/// <param name="Before">The last delivery of the page before.</param>
internal sealed record LedgerFilter(
    string? State, string? Connection, string? Channel, string? Publisher, string? From, string? To, string? Before, int? Limit)
{
    /// <summary>The address of the next page.</summary>
    public string Next(string last, int limit)
    {
        (string Name, string? Value)[] parameters =
        [
            ("before", last), ("limit", $"{limit}"), ("state", State), ("connection", Connection), ("channel", Channel), ("publisher", Publisher), ("from", From), ("to", To),
        ];
        var given = parameters.Where(static p => p.Value is not null).Select(static p => $"{p.Name}={Uri.EscapeDataString(p.Value!)}");
        return $"{Links.Root}/deliveries?{string.Join('&', given)}";
    }
}
