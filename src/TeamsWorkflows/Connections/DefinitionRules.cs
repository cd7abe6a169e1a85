using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;

namespace TeamsWorkflows.Connections;

/// <summary>What a connection's definition must be, and what it had better be. Each sentence says what to change.</summary>
internal static partial class DefinitionRules
{
    private static readonly string[] SharedTenants = ["common", "organizations", "consumers"];

    /// <summary>What makes a definition unusable.</summary>
    public static IEnumerable<ValidationResult> Check(ConnectionDefinition definition)
        => Identity(definition).Concat(Credential(definition)).Concat(Model(definition));

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

        if (!connection.UsesCertificate)
        {
            warnings.Add("The application proves itself by a secret: prefer a certificate, which is rotated without telling anybody a value.");
            if (secretLeft is null)
            {
                warnings.Add("SecretExpiresAt is not given: nobody is reminded before the secret ends.");
            }
        }

        if (connection.AuthModel == AuthModel.DelegatedUser)
        {
            warnings.AddRange(Capabilities.OfDeliveries
                .Where(o => !Capabilities.AnyScopeOf(o).Intersect(connection.Scopes, StringComparer.OrdinalIgnoreCase).Any())
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
        if (!IdPattern().IsMatch(definition.Id))
        {
            yield return new("Use 1 to 64 lower-case letters, digits and dashes.", [nameof(definition.Id)]);
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
        var (hasSecret, hasCertificate) = (!string.IsNullOrWhiteSpace(definition.ClientSecret), !string.IsNullOrWhiteSpace(definition.CertificateFile));
        if (hasSecret && hasCertificate)
        {
            yield return new("Give a secret or a certificate, not both: two credentials hide which of them has ended.", [nameof(definition.CertificateFile)]);
        }

        if (definition.AuthModel == AuthModel.ApplicationCertificate && !hasCertificate)
        {
            yield return new("Give the file of the certificate and its key: the model is ApplicationCertificate.", [nameof(definition.CertificateFile)]);
        }
        else if (definition.AuthModel == AuthModel.ApplicationSecret && hasCertificate && !hasSecret)
        {
            yield return new("The model is ApplicationSecret: give the secret, or make the model ApplicationCertificate.", [nameof(definition.AuthModel)]);
        }
        else if (!hasSecret && !hasCertificate)
        {
            yield return new("Give the application's client secret, or a CertificateFile.", [nameof(definition.ClientSecret)]);
        }

        if (Guid.TryParse(definition.ClientSecret, out _))
        {
            yield return new("This is the secret's identifier: give its value, which the registration shows once, when the secret is made.", [nameof(definition.ClientSecret)]);
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

    [GeneratedRegex("^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex IdPattern();

    [GeneratedRegex(@"^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DomainPattern();
}
