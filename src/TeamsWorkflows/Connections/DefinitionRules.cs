using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using TeamsWorkflows.Connections.Credentials;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Connections;

/// <summary>What a connection's definition must be, and what it had better be. Each sentence says what to change.</summary>
internal static partial class DefinitionRules
{
    private static readonly (string Name, Func<ConnectionDefinition, string?> Of)[] Credentials =
    [
        (nameof(ConnectionDefinition.ClientSecret), static d => d.ClientSecret),
        (nameof(ConnectionDefinition.CertificateFile), static d => d.CertificateFile),
        (nameof(ConnectionDefinition.VaultCertificate), static d => d.VaultCertificate),
        (nameof(ConnectionDefinition.ManagedIdentity), static d => d.ManagedIdentity),
    ];

    private static readonly string[] SharedTenants = ["common", "organizations", "consumers"];

    /// <summary>What makes a definition unusable.</summary>
    public static IEnumerable<ValidationResult> Check(ConnectionDefinition definition)
        => Identity(definition)
            .Concat(definition.AuthModel == AuthModel.Webhook ? Webhook(definition) : Credential(definition))
            .Concat(Model(definition));

    /// <summary>What works today and breaks some day (R35, R52, R59, R61).</summary>
    public static IReadOnlyList<string> Warnings(Connection connection, TimeSpan? secretLeft)
    {
        List<string> warnings = [];
        if (connection is { AuthModel: AuthModel.DelegatedUser, AccountKind: AccountKind.Person })
        {
            warnings.Add($"{connection.Username} is a person's own account: use a service account, so that a new password, phone or job does not end the connection.");
        }

        if (connection.Username is { } username && string.Equals(username, connection.Owner, StringComparison.OrdinalIgnoreCase))
        {
            warnings.Add("The account that signs in also answers for the connection: name a team, so that somebody is left when the account is not.");
        }

        if (connection.UsesSecret)
        {
            warnings.Add("The application proves itself by a secret: prefer a certificate, which is rotated without telling anybody a value.");
            if (secretLeft is null)
            {
                warnings.Add("SecretExpiresAt is not given: nobody is reminded before the secret ends.");
            }
        }

        if (connection.AuthModel == AuthModel.Webhook)
        {
            warnings.Add("The workflow belongs to a person: give it a second owner, so that it does not end with the first. It says that it took a message, not that it posted it.");
        }
        else if (connection.AuthModel == AuthModel.DelegatedUser)
        {
            warnings.AddRange(Capabilities.OfDeliveries
                .Where(o => !Capabilities.IsAskedFor(o, connection.Scopes))
                .Select(o => $"Scopes lack {Capabilities.AnyScopeOf(o)[0]}: without it, {o} is refused."));
        }
        else
        {
            warnings.Add(Capabilities.WhyNot(connection.AuthModel, Operation.PostChannelMessage)!);
        }

        return warnings;
    }

    private static IEnumerable<ValidationResult> Identity(ConnectionDefinition definition)
    {
        if (!EditRules.IsName(definition.Id))
        {
            yield return new(EditRules.NameRule + ".", [nameof(definition.Id)]);
        }

        if (definition.AuthModel == AuthModel.Webhook)
        {
            yield break; // the workflow has tenant and identity, not we
        }

        if (SharedTenants.Contains(definition.TenantId, StringComparer.OrdinalIgnoreCase))
        {
            yield return new($"'{definition.TenantId}' is no directory: give the identifier or a domain of the one that the teams are in.", [nameof(definition.TenantId)]);
        }
        else if (!Guid.TryParse(definition.TenantId, out _) && !DomainPattern().IsMatch(definition.TenantId))
        {
            yield return new("Give the directory's identifier (a GUID) or one of its domains.", [nameof(definition.TenantId)]);
        }

        if (!Guid.TryParse(definition.ClientId, out _))
        {
            yield return new("Give the application (client) ID of the registration: a GUID.", [nameof(definition.ClientId)]);
        }
    }

    private static IEnumerable<ValidationResult> Credential(ConnectionDefinition definition)
    {
        var given = Credentials.Where(c => !string.IsNullOrWhiteSpace(c.Of(definition))).Select(static c => c.Name).ToArray();
        if (definition is { SignIn: SignInWay.DeviceCode, AuthModel: AuthModel.DelegatedUser })
        {
            if (given.Length > 0)
            {
                yield return new("A device code is for an application without credential: leave it out, or sign in by AuthorizationCode. The two are never mixed.", [given[0]]);
            }

            yield break;
        }

        if (given.Length > 1)
        {
            yield return new($"Give one of {string.Join(" and ", given)}, not both: two credentials hide which of them has ended.", [given[^1]]);
        }
        else if (given.Length == 0 && definition.AuthModel != AuthModel.ApplicationCertificate && definition.AuthModel != AuthModel.ApplicationFederated)
        {
            yield return new("Give the application's client secret, or a CertificateFile, VaultCertificate or ManagedIdentity.", [nameof(definition.ClientSecret)]);
        }

        if (Mismatch(definition, given) is { } mismatch)
        {
            yield return mismatch;
        }

        if (definition.VaultCertificate is { Length: > 0 } address && VaultAddress.Parse(address) is null)
        {
            yield return new("Give the certificate's address without version, such as https://VAULT.vault.azure.net/certificates/NAME.", [nameof(definition.VaultCertificate)]);
        }

        if (definition.ManagedIdentity is { Length: > 0 } identity && identity != AzureCredentials.SystemIdentity && !Guid.TryParse(identity, out _))
        {
            yield return new("Give the managed identity's client ID (a GUID), or 'system'.", [nameof(definition.ManagedIdentity)]);
        }

        if (Guid.TryParse(definition.ClientSecret, out _))
        {
            yield return new("This is the secret's identifier: give its value, which the registration shows once, when the secret is made.", [nameof(definition.ClientSecret)]);
        }
    }

    private static ValidationResult? Mismatch(ConnectionDefinition definition, string[] given) => definition.AuthModel switch
    {
        AuthModel.ApplicationCertificate when !given.Any(static g => g is nameof(definition.CertificateFile) or nameof(definition.VaultCertificate)) =>
            new("Give the file of the certificate and its key, or a VaultCertificate: the model is ApplicationCertificate.", [nameof(definition.CertificateFile)]),
        AuthModel.ApplicationFederated when !given.Contains(nameof(definition.ManagedIdentity)) =>
            new("Name the managed identity that vouches for the application: the model is ApplicationFederated.", [nameof(definition.ManagedIdentity)]),
        AuthModel.ApplicationSecret when given.Length > 0 && !given.Contains(nameof(definition.ClientSecret)) =>
            new("The model is ApplicationSecret: give the secret, or make the model ApplicationCertificate or ApplicationFederated.", [nameof(definition.AuthModel)]),
        _ when !string.IsNullOrWhiteSpace(definition.WebhookAddress) =>
            new("Only a connection of model Webhook has a WebhookAddress: webhooks and identities are never mixed.", [nameof(definition.WebhookAddress)]),
        _ => null,
    };

    private static IEnumerable<ValidationResult> Webhook(ConnectionDefinition definition)
    {
        foreach (var (name, _) in Credentials.Where(c => !string.IsNullOrWhiteSpace(c.Of(definition))))
        {
            yield return new("A webhook proves nothing but that one has its address: webhooks and identities are never mixed.", [name]);
        }

        if (AddressRules.WhyNot(definition.WebhookAddress) is { } reason)
        {
            yield return new($"{reason} It is the whole address that the workflow's trigger shows, to the end of its signature.", [nameof(definition.WebhookAddress)]);
        }
        else if (new Uri(definition.WebhookAddress!).Query is { Length: > 0 } query && !query.Contains("sig=", StringComparison.OrdinalIgnoreCase))
        {
            yield return new("The address has parameters and no signature (sig=): copy it whole.", [nameof(definition.WebhookAddress)]);
        }
    }

    private static IEnumerable<ValidationResult> Model(ConnectionDefinition definition)
    {
        var isDelegated = definition.AuthModel == AuthModel.DelegatedUser;
        if (isDelegated && string.IsNullOrWhiteSpace(definition.Username))
        {
            yield return new("Name the account that signs in: the model is DelegatedUser.", [nameof(definition.Username)]);
        }

        if (!isDelegated && !string.IsNullOrWhiteSpace(definition.Username))
        {
            yield return new("An application has no user: delegated and application identities are never mixed.", [nameof(definition.Username)]);
        }

        if (!isDelegated && definition.SignIn != SignInWay.AuthorizationCode)
        {
            yield return new("Nobody signs in for an application: leave SignIn out.", [nameof(definition.SignIn)]);
        }

        if (isDelegated && definition.Scopes.Count == 0)
        {
            yield return new("Name the scopes to ask for, such as ChannelMessage.Send.", [nameof(definition.Scopes)]);
        }

        if (isDelegated && definition.Scopes.Any(static s => s.EndsWith("/.default", StringComparison.OrdinalIgnoreCase)))
        {
            yield return new("Name each scope: .default is how an application asks, and delegated and application are never mixed.", [nameof(definition.Scopes)]);
        }

        if (definition.Scopes.Any(static s => string.IsNullOrWhiteSpace(s) || s.Contains(' ', StringComparison.Ordinal)))
        {
            yield return new("Give one scope an entry, without blanks.", [nameof(definition.Scopes)]);
        }
    }

    [GeneratedRegex(@"^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DomainPattern();
}
