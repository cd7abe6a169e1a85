using System.Diagnostics.CodeAnalysis;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Server.Orchestrations;

namespace TeamsWorkflows.Server.Api;

/// <summary>What a caller asks of the ledger, as it stands in the address and has to stand in that of the next page.</summary>
/// <param name="Title">A part of the report's title, in any casing.</param>
public sealed record LedgerFilter(
    string? State = null,
    string? Connection = null,
    string? Channel = null,
    string? Publisher = null,
    string? From = null,
    string? To = null,
    string? Title = null)
{
    /// <returns>False when something given cannot be; then <paramref name="error"/> says what.</returns>
    internal bool TryRead([NotNullWhen(true)] out DeliveryQuery? query, [NotNullWhen(false)] out FieldError? error)
    {
        (query, error) = (null, null);
        if (!QueryText.TryRead<DeliveryState>(State, out var state))
        {
            error = new("state", QueryText.Choices<DeliveryState>());
            return false;
        }

        if (!QueryText.TryReadTime(From, out var from))
        {
            error = new("from", QueryText.TimeExample);
            return false;
        }

        if (!QueryText.TryReadTime(To, out var to))
        {
            error = new("to", QueryText.TimeExample);
            return false;
        }

        if (Title?.Length > DeliveryQuery.MaxTitleLength)
        {
            error = new("title", $"Give at most {DeliveryQuery.MaxTitleLength} characters.");
            return false;
        }

        query = new(QueryText.Given(Publisher), state, QueryText.Given(Connection), QueryText.Given(Channel), from, to) { Title = QueryText.Given(Title) };
        return true;
    }

    /// <returns>What is given, to stand in an address; each part ends with an ampersand.</returns>
    internal string ToQueryString() => QueryText.Parts(
        ("state", State), ("connection", Connection), ("channel", Channel), ("publisher", Publisher), ("from", From), ("to", To), ("title", Title));
}
