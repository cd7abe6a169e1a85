using Microsoft.Extensions.Options;
using TeamsWorkflows.Data;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Deliveries.Pacing;

/// <summary>The line that messages stand in before they go to Graph or to an address: one for all nodes, as it is in the database.</summary>
/// <remarks>It works in the transaction of whoever asks: with the intent of a post there is one commit, not two.</remarks>
internal sealed class PaceGate(IOptions<PacingOptions> options, IOptions<DeliveryOptions> deliveries, DestinationVault vault)
{
    private const string ThrottleScope = "x-ms-throttle-scope";

    /// <summary>Whether a message has a line to stand in.</summary>
    public bool Holds(AttemptSubject subject) => LimitsOf(subject).Count > 0;

    /// <summary>Lets a message through, or hands out a turn to come back at.</summary>
    /// <param name="giveUpAt">A turn later than that is not taken; null: any will do.</param>
    /// <returns>Null: it may go now.</returns>
    public async Task<PostOutcome.Paced?> PassAsync(
        ProductDb db,
        AttemptSubject subject,
        IReadOnlyList<PaceSlot> taken,
        DateTimeOffset? giveUpAt,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var limits = LimitsOf(subject);
        var lines = await PaceLines.ReadAsync(db, limits, cancellationToken);
        List<PaceSlot> slots = [.. taken];
        foreach (var limit in limits)
        {
            var row = lines[limit];
            if (slots.Find(s => s.Scope == limit.Scope) is not { } slot)
            {
                slot = new(limit.Scope, Pace.Take(lines.Change(limit), limit.Options, now));
                slots.Add(slot);
            }

            if (Pace.Due(row, slot.At) is var due && due > now)
            {
                if (!(due > giveUpAt))
                {
                    lines.Save(db); // else whoever comes next gets the turn
                }

                return new(due, slots, limit.WhyWait(row, due, now));
            }
        }

        lines.Save(db);
        return null;
    }

    /// <summary>Hands out the first turns of many messages, in their order.</summary>
    /// <returns>For each, its turn and when it comes; null: it has to wait for nobody.</returns>
    public async Task<IReadOnlyList<(PaceSlot Slot, DateTimeOffset Due)?>> LineUpAsync(
        ProductDb db,
        IReadOnlyList<DeliveryRow> deliveries,
        IReadOnlyDictionary<string, ConnectionRow> connections,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var limits = deliveries.Select(d => PaceLimit.Of(d, connections[d.ConnectionId!], options.Value) is [var first, ..] ? first : null).ToArray();
        var lines = await PaceLines.ReadAsync(db, limits.OfType<PaceLimit>(), cancellationToken);
        (PaceSlot, DateTimeOffset)?[] turns =
        [
            .. limits.Select(limit =>
            {
                if (limit is null)
                {
                    return ((PaceSlot, DateTimeOffset)?)null;
                }

                var slot = new PaceSlot(limit.Scope, Pace.Take(lines.Change(limit), limit.Options, now));
                return (slot, Pace.Due(lines[limit], slot.At));
            }),
        ];
        lines.Save(db);
        return turns;
    }

    /// <summary>Stops all siblings of a message that was too much, and nobody else.</summary>
    /// <remarks>
    /// Who they are is what Graph says; if it does not, it is the channel. A second channel of the connection that is told so
    /// within that time shows that it is the connection.
    /// </remarks>
    public async Task<PostOutcome.Throttled> StopAsync(
        ProductDb db, AttemptSubject subject, PostOutcome.Throttled outcome, string? throttleScope, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var limits = LimitsOf(subject);
        if (limits.Count == 0)
        {
            return outcome;
        }

        var lines = await PaceLines.ReadAsync(db, limits, cancellationToken);
        PaceSlot[] slots = [.. limits.Select(l => new PaceSlot(l.Scope, Pace.Clock(lines[l], now)))]; // it keeps its place
        var limit = limits.FirstOrDefault(l => l.Scope == ScopeOf(throttleScope)) ?? limits[0];
        var line = limit;
        var connection = limits.FirstOrDefault(static l => l.Scope == PaceScope.Connection);
        if (limit.Scope == PaceScope.Channel && connection is not null
            && lines[connection] is { LastStopped: { } last, LastStoppedUntil: var until } && last != limit.Key && until > now)
        {
            line = connection;
        }

        var row = lines.Change(line);
        Pace.Stop(row, line.Options, now, outcome.RetryAfter, deliveries.Value.ToPolicy(), JitterOf(subject.Delivery.CardId));
        if (limit.Scope == PaceScope.Channel && connection is not null)
        {
            var shared = lines.Change(connection);
            (shared.LastStopped, shared.LastStoppedUntil) = (limit.Key, row.BlockedUntil);
        }

        lines.Save(db);
        return outcome with { NotBefore = row.BlockedUntil, Slots = slots };
    }

    /// <summary>Reads what Graph says about who was too fast, such as <c>Tenant_Application/ReadWrite/…</c>; null: nothing.</summary>
    public static string? ThrottleScopeOf(Diagnostics.FailureEvidence? evidence) => evidence?.Headers.GetValueOrDefault(ThrottleScope);

    private IReadOnlyList<PaceLimit> LimitsOf(AttemptSubject subject)
        => subject.Delivery.ConnectionId is null && vault.Open<Destination>(subject.Delivery).OwnPace(options.Value) is { } own
            ? [own]
            : PaceLimit.Of(subject.Delivery, subject.Connection, options.Value);

    private static PaceScope ScopeOf(string? throttleScope) => throttleScope?.Split('/')[0] switch
    {
        null => PaceScope.Channel,
        "User" => PaceScope.Connection,
        var word when word.Contains("Application", StringComparison.OrdinalIgnoreCase) || word.StartsWith("Tenant", StringComparison.OrdinalIgnoreCase)
            => PaceScope.Tenant,
        _ => PaceScope.Channel,
    };

    private static double JitterOf(Guid marker) => marker.ToByteArray()[0] / 255.0;
}
