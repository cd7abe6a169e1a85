using TeamsWorkflows.Data;

namespace TeamsWorkflows.Connections.Credentials;

/// <summary>The addresses of workflows' webhooks: secrets, encrypted at rest, for whoever posts to them and nobody else.</summary>
internal sealed class WebhookAddresses(ISecretProtector protector)
{
    public byte[] Protect(string connectionId, string address) => protector.Protect(Purpose(connectionId), address);

    /// <returns>Null when the connection has none, or the keys are gone.</returns>
    public Uri? Of(ConnectionRow connection)
        => connection.ProtectedWebhook is { } data && protector.UnprotectText(Purpose(connection.Id), data) is { } text ? new Uri(text) : null;

    private static string Purpose(string connectionId) => $"connection-webhook/{connectionId}";
}
