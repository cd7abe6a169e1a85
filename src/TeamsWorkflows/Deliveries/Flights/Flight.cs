using System.Security.Cryptography;
using System.Text;
using TeamsWorkflows.Data;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Deliveries.Flights;

/// <summary>What a flight is about.</summary>
public enum FlightKind
{
    /// <summary>The first message of a thread.</summary>
    Thread,

    /// <summary>A chat of several people.</summary>
    Chat,
}

/// <summary>What a delivery needs and shares with others; those that are equal have the same <paramref name="Id"/>.</summary>
internal sealed record Flight(string Id, FlightKind Kind)
{
    /// <summary>The event that lets a waiting delivery go on.</summary>
    public const string Free = "FlightFree";

    /// <summary>The thread of a report in the place where its delivery goes: one publisher's, by one connection.</summary>
    /// <returns>Null when the report names none, or when the place is not made yet.</returns>
    public static Flight? OfThread(DeliveryRow delivery, string publisher, string? key)
        => key is not null && (delivery.ChannelId ?? delivery.ChatId) is { } place
            ? Of(FlightKind.Thread, publisher, delivery.ConnectionId!, place, key)
            : null;

    /// <summary>The chat of several people that a delivery goes to, by one connection.</summary>
    /// <returns>Null when it goes to another place.</returns>
    public static Flight? OfChat(DeliveryRow delivery)
        => WorkflowJson.Read<Destination>(delivery.Destination) is ChatDestination { IsGroup: true } chat
            ? Of(
                FlightKind.Chat,
                [chat.Connection!, chat.Topic!, .. chat.Members!.Select(static m => m!.ToUpperInvariant()).Order(StringComparer.Ordinal)])
            : null;

    // Lengths between the parts: no two lists of parts give one text.
    private static Flight Of(FlightKind kind, params IEnumerable<string> parts) => new(
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{kind}|{string.Join('|', parts.Select(static p => $"{p.Length}:{p}"))}"))),
        kind);
}
