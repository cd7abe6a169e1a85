using System.Security.Cryptography;
using System.Text;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Data;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Deliveries.Pacing;

/// <summary>What shares a pace, from the narrowest: a message has to wait its turn in each.</summary>
internal enum PaceScope
{
    Channel,
    Connection,
    Tenant,

    /// <summary>A web address, a connection's or the destination's own; the only scope of what goes there.</summary>
    Address,

    /// <summary>An integration of PagerDuty, known by its key; the only scope of its events.</summary>
    Integration,
}

/// <summary>A turn that was handed out.</summary>
/// <param name="At">By the scope's own clock, which stands still while the scope is stopped (<see cref="Pace.Due"/>).</param>
internal sealed record PaceSlot(PaceScope Scope, DateTimeOffset At);

/// <summary>The pace that one scope of a delivery is held to.</summary>
/// <param name="Key">Of its row: the same one for all siblings.</param>
internal sealed record PaceLimit(PaceScope Scope, string Key, PaceOptions Options)
{
    private string Name => Scope switch
    {
        PaceScope.Channel => "channel",
        PaceScope.Connection => "connection",
        PaceScope.Address => "address",
        PaceScope.Integration => "integration",
        _ => "tenant",
    };

    /// <summary>The limit of what goes to an address of the destination's own, a flow's or Slack's.</summary>
    public static PaceLimit OfAddress(string address, PacingOptions options) => new(PaceScope.Address, $"address/{Hash(address)}", options.Address);

    /// <summary>The limit of what goes to a webhook: a line of its own, as its turns come at another pace than those of an address that may be the same.</summary>
    public static PaceLimit OfWebhook(string address, PacingOptions options) => new(PaceScope.Address, $"webhook/{Hash(address)}", options.Webhook);

    /// <summary>The limit of what goes to an integration of PagerDuty.</summary>
    public static PaceLimit OfIntegration(string routingKey, PacingOptions options)
        => new(PaceScope.Integration, $"integration/{Hash(routingKey)}", options.PagerDuty);

    /// <summary>The limits of a message to Graph, narrowest first; none: it is a file, or what takes it is not Graph.</summary>
    public static IReadOnlyList<PaceLimit> Of(DeliveryRow delivery, ConnectionRow? connection, PacingOptions options)
        => connection is null || delivery.Kind == FileWay.Name ? []
        : connection.AuthModel == AuthModel.Webhook ? [new(PaceScope.Address, $"connection/{connection.Id}", options.Address)]
        :
        [
            .. (delivery.ChannelId ?? delivery.ChatId) is { } place
                ? [new PaceLimit(PaceScope.Channel, $"channel/{connection.ClientId}/{place}", options.Channel)]
                : Array.Empty<PaceLimit>(),
            new(PaceScope.Connection, $"connection/{connection.Id}", options.Connection),
            new(PaceScope.Tenant, $"tenant/{connection.TenantId}/{connection.ClientId}", options.Tenant),
        ];

    /// <summary>Says why a message that is due later has to wait.</summary>
    public string WhyWait(PaceRow row, DateTimeOffset due, DateTimeOffset now)
        => row.BlockedUntil > now ? $"{(Scope is PaceScope.Address or PaceScope.Integration ? "The other side" : "Microsoft")} asked for a pause of the {Name}; the message waits its turn."
            : Options.PerDay > 0 && due.UtcDateTime.Date > now.UtcDateTime.Date
                ? FormattableString.Invariant($"The day's {Options.PerDay:N0} messages of the {Name} are used up; the message waits for its turn on another day.")
            : $"Others come first: the message waits its turn at the pace of the {Name}.";

    // Addresses and keys are secrets: the line is known by their hash.
    private static string Hash(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
