using MimeKit;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Data;
using TeamsWorkflows.Graph;

namespace TeamsWorkflows.Reports;

/// <summary>Says everything that is wrong with a request at once, by field, and how to put it right.</summary>
internal static class ReportValidator
{
    public static IReadOnlyDictionary<string, string[]> Validate(
        ReportRequest request, IReadOnlyDictionary<string, ConnectionRow> connections, bool hasDefaultRecipients)
    {
        var errors = new Errors();
        ValidateText(request, errors);
        ValidateDestinations(request, connections, errors);
        ValidateFallback(request, hasDefaultRecipients, errors);
        if (request.Patience is { } patience && (patience < ReportLimits.MinPatience || patience > ReportLimits.MaxPatience))
        {
            errors.Add("patience", $"Give a time between {ReportLimits.MinPatience} and {ReportLimits.MaxPatience}, written as [d.]hh:mm:ss.");
        }

        return errors.ByField();
    }

    private static void ValidateText(ReportRequest request, Errors errors)
    {
        if (string.IsNullOrWhiteSpace(request.Title))
        {
            errors.Add("title", "Give the report a title.");
        }
        else if (request.Title.Length > ReportLimits.MaxTitleLength || request.Title.Any(char.IsControl))
        {
            errors.Add("title", $"The title must be one line of at most {ReportLimits.MaxTitleLength} characters.");
        }

        if (string.IsNullOrWhiteSpace(request.Body))
        {
            errors.Add("body", "Give the report a body.");
        }
        else if (errors.IsEmpty && ChannelMessage.SizeOf(request.Title!, request.Body, request.Format) is var size
            && size > ChannelMessageLimits.MaxMessageBytes)
        {
            errors.Add(
                "body",
                $"The message would be {size:N0} bytes as it is sent to Teams; at most {ChannelMessageLimits.MaxMessageBytes:N0} are taken. Shorten the report.");
        }

        if (!Enum.IsDefined(request.Format))
        {
            errors.Add("format", $"Use one of: {string.Join(", ", Enum.GetNames<ReportFormat>())}.");
        }
    }

    private static void ValidateDestinations(
        ReportRequest request, IReadOnlyDictionary<string, ConnectionRow> connections, Errors errors)
    {
        var destinations = request.Destinations ?? [];
        if (destinations.Count is 0 or > ReportLimits.MaxDestinations)
        {
            errors.Add("destinations", $"Give 1 to {ReportLimits.MaxDestinations} destinations.");
            return;
        }

        for (var i = 0; i < destinations.Count; i++)
        {
            ValidateDestination(destinations[i], $"destinations[{i}]", connections, errors);
            if (destinations.Take(i).Any(d => d is not null && d == destinations[i]))
            {
                errors.Add($"destinations[{i}]", "This destination is given twice.");
            }
        }
    }

    private static void ValidateDestination(
        DestinationRequest? destination, string path, IReadOnlyDictionary<string, ConnectionRow> connections, Errors errors)
    {
        if (destination?.Connection is not { } id || !connections.TryGetValue(id, out var connection))
        {
            errors.Add($"{path}.connection", connections.Count == 0
                ? "No connection is configured yet."
                : $"There is no such connection. Known: {string.Join(", ", connections.Keys.Order(StringComparer.Ordinal))}.");
        }
        else if (Capabilities.WhyNot(connection.AuthModel, Operation.PostChannelMessage) is { } reason)
        {
            errors.Add($"{path}.connection", reason);
        }

        if (!Guid.TryParse(destination?.TeamId, out _))
        {
            errors.Add($"{path}.teamId", "Give the team's identifier, a GUID.");
        }

        if (destination?.ChannelId is not { Length: > 0 and <= 200 } channelId || !channelId.Contains("@thread.", StringComparison.Ordinal))
        {
            errors.Add($"{path}.channelId", "Give the channel's identifier, such as 19:…@thread.tacv2.");
        }
    }

    private static void ValidateFallback(ReportRequest request, bool hasDefaultRecipients, Errors errors)
    {
        if (request.Fallback is null)
        {
            if (!hasDefaultRecipients)
            {
                errors.Add("fallback.email", "Give at least one address: no recipients are configured for reports that Teams does not take.");
            }

            return;
        }

        var recipients = request.Fallback.Email ?? [];
        if (recipients.Count is 0 or > ReportLimits.MaxFallbackRecipients)
        {
            errors.Add("fallback.email", $"Give 1 to {ReportLimits.MaxFallbackRecipients} addresses, or leave fallback out.");
        }

        for (var i = 0; i < recipients.Count; i++)
        {
            if (!IsAddress(recipients[i]))
            {
                errors.Add($"fallback.email[{i}]", "This is not an e-mail address.");
            }
        }
    }

    private static bool IsAddress(string? text)
        => text is not null
            && MailboxAddress.TryParse(text, out var address)
            && address.Address == text
            && address.Address.Contains('@', StringComparison.Ordinal)
            && !text.Any(char.IsControl);

    private sealed class Errors
    {
        private readonly List<(string Field, string Message)> _errors = [];

        public bool IsEmpty => _errors.Count == 0;

        public void Add(string field, string message) => _errors.Add((field, message));

        public IReadOnlyDictionary<string, string[]> ByField() => _errors
            .GroupBy(e => e.Field, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Select(e => e.Message).ToArray(), StringComparer.Ordinal);
    }
}
