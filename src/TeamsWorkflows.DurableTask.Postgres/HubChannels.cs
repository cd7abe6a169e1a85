using System.Globalization;
using Npgsql;
using TeamsWorkflows.DurableTask.Worker;

namespace TeamsWorkflows.DurableTask.Postgres;

/// <summary>Names of the NOTIFY channels of one hub: a database has one set of names for all of its schemas.</summary>
/// <param name="hub">The object identifier of the hub's table <c>partition</c>, unique in the database.</param>
internal sealed class HubChannels(uint hub)
{
    /// <summary>Gets the channel on which nodes learn that partitions are free.</summary>
    public string Leases { get; } = string.Create(CultureInfo.InvariantCulture, $"taskhub_{hub}_leases");

    /// <summary>Gets the class of the advisory locks on the hub's partitions.</summary>
    public uint Hub => hub;

    /// <summary>Gets the channel on which a node hears answers to its calls.</summary>
    public string OfNode(string node) => string.Create(CultureInfo.InvariantCulture, $"taskhub_{hub}_node_{node}");

    public string OfPartition(int partition) => string.Create(CultureInfo.InvariantCulture, $"taskhub_{hub}_{partition}");

    /// <returns>The partition whose channel it is; null: it is none's.</returns>
    public int? PartitionOf(string channel)
        => int.TryParse(channel.AsSpan(channel.LastIndexOf('_') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
            && channel == OfPartition(partition) ? partition : null;

    /// <summary>Reads which hub the connection's schema holds.</summary>
    public static uint ReadHub(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand("SELECT 'partition'::regclass::oid", connection);
        return (uint)command.ExecuteScalar()!;
    }

    public static string Payload(int sender) => sender.ToString(CultureInfo.InvariantCulture);

    public static string Payload(long call, DeliveryOutcome outcome)
        => string.Create(CultureInfo.InvariantCulture, $"{call}:{(int)outcome}");

    /// <returns>The call and its answer; null: it is none of ours.</returns>
    public static (long Call, DeliveryOutcome Outcome)? AnswerOf(string payload)
        => payload.Split(':') is [var call, var outcome]
            && long.TryParse(call, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && int.TryParse(outcome, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? (number, (DeliveryOutcome)value)
            : null;

    /// <returns>The sending partition that a notification names; null: it is not one of ours.</returns>
    public static int? SenderOf(string payload)
        => int.TryParse(payload, NumberStyles.None, CultureInfo.InvariantCulture, out var sender) ? sender : null;
}
