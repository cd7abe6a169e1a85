namespace TeamsWorkflows.Server.Api;

/// <summary>What a caller asks of the ledger, as it stands in the address and has to stand in that of the next page.</summary>
internal sealed record LedgerFilter(string? State, string? Connection, string? Channel, string? Publisher, string? From, string? To)
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
