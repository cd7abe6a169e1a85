using System.Text;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Data;
using TeamsWorkflows.DurableTask;

namespace TeamsWorkflows.Ways;

/// <summary>Keeps what destinations hold that must not be stored in the clear: addresses with signatures, routing keys, secrets.</summary>
internal sealed class DestinationVault(ISecretProtector protector)
{
    private const string Purpose = "teamsworkflows.destination.v1";

    /// <returns>Null when the destination holds nothing of the kind.</returns>
    public byte[]? Seal(Destination destination)
        => destination.Shown == destination ? null : protector.Protect(Purpose, WorkflowJson.Write(destination));

    /// <exception cref="ActivityFailureException"><c>Destination.Unreadable</c>: the keys that protected it are gone.</exception>
    public T Open<T>(DeliveryRow row)
        where T : Destination
    {
        return row.ProtectedDestination is { } sealedData ? Open<T>(sealedData) : (T)WorkflowJson.Read<Destination>(row.Destination)!;
    }

    /// <inheritdoc cref="Open{T}(DeliveryRow)"/>
    public T Open<T>(byte[] sealedData)
        where T : Destination
    {
        return protector.Unprotect(Purpose, sealedData) is { } plain
            ? (T)WorkflowJson.Read<Destination>(Encoding.UTF8.GetString(plain))!
            : throw new ActivityFailureException("Destination.Unreadable", "The keys that protected the destination are gone. Hand the report over anew.");
    }
}
