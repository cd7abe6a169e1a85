using System.Globalization;
using Microsoft.Extensions.Configuration.Memory;
using TeamsWorkflows.Sandbox;
using TeamsWorkflows.Server.Hosting;

namespace TeamsWorkflows.Server.Development;

/// <summary>In Development, Microsoft's side in this process: <c>dotnet run</c> needs no tenant and no setting.</summary>
/// <remarks>
/// The sandbox is wired up by ordinary configuration keys alone, below every other source: whatever is set elsewhere wins,
/// and a server in another process is wired to a sandbox by setting the same keys.
/// </remarks>
internal static class DevelopmentSandbox
{
    public const string Section = "Sandbox";
    public const string ConnectionId = "finance-posts";

    /// <returns>Null when the sandbox is not enabled, or the environment is another than Development.</returns>
    /// <exception cref="StartRefusedException">One of its ports is in use.</exception>
    public static async Task<SandboxServer?> StartAsync(
        WebApplicationBuilder builder, DataFolder folder, CancellationToken cancellationToken)
    {
        var section = builder.Configuration.GetSection(Section);
        if (!builder.Environment.IsDevelopment() || !section.GetValue<bool>("Enabled"))
        {
            return null;
        }

        var options = section.Get<SandboxOptions>() ?? new SandboxOptions();
        options.DataFolder ??= folder.Sandbox;
        var sandbox = await SandboxServer.StartAsync(options, TimeProvider.System, cancellationToken);
        var authority = folder.Combine("sandbox-authority.pem");
        await File.WriteAllTextAsync(authority, sandbox.CertificateAuthority.ExportCertificatePem(), cancellationToken);
        var settings = Settings(sandbox, authority);
        if (PublicAddress(builder.Configuration["Urls"]) is { } address)
        {
            settings["Entra:PublicAddress"] = address;
        }

        ((IConfigurationBuilder)builder.Configuration).Sources.Insert(0, new MemoryConfigurationSource { InitialData = settings });
        return sandbox;
    }

    /// <summary>The settings that lead to a sandbox.</summary>
    public static Dictionary<string, string?> Settings(SandboxServer sandbox, string authorityFile)
    {
        var tenant = sandbox.DefaultTenant;
        var https = sandbox.HttpsAddress.AbsoluteUri;
        var browser = sandbox.HttpAddress.AbsoluteUri; // a person's browser does not know the sandbox's authority
        var connection = $"{ConfiguredConnections.Section}:sandbox";
        return new(StringComparer.OrdinalIgnoreCase)
        {
            ["Outbound:TrustedAuthorityFile"] = authorityFile,
            ["Entra:AuthorityHost"] = https,
            ["Entra:BrowserAuthorityHost"] = browser,
            ["Entra:InstanceDiscovery"] = "false",
            ["Graph:BaseAddress"] = tenant.GraphAddress.AbsoluteUri,
            ["Access:Authority"] = $"{tenant.Authority.AbsoluteUri}/v2.0",
            ["Access:BrowserAuthority"] = browser,
            ["Access:Audience"] = tenant.Api.ClientId,
            ["Access:ClientId"] = tenant.Api.ClientId,
            ["Access:ClientSecret"] = tenant.Api.ClientSecret,
            ["Fallback:Host"] = sandbox.SmtpEndpoint.Address.ToString(),
            ["Fallback:Port"] = sandbox.SmtpEndpoint.Port.ToString(CultureInfo.InvariantCulture),
            ["Fallback:Security"] = "None",
            ["Fallback:From"] = $"teamsworkflows@{tenant.Domain}",
            ["Fallback:Recipients:0"] = $"finance@{tenant.Domain}",
            ["Fallback:Operators:0"] = tenant.Operator.UserName,
            [$"{connection}:Id"] = ConnectionId,
            [$"{connection}:DisplayName"] = "Finance posts",
            [$"{connection}:AuthModel"] = "DelegatedUser",
            [$"{connection}:TenantId"] = tenant.Id,
            [$"{connection}:ClientId"] = tenant.Connector.ClientId,
            [$"{connection}:ClientSecret"] = tenant.Connector.ClientSecret,
            [$"{connection}:Username"] = tenant.Service.UserName,
            [$"{connection}:Owner"] = "Finance platform team",
            [$"{connection}:Scopes:0"] = "User.Read",
            [$"{connection}:Scopes:1"] = "ChannelMessage.Send",
            [$"{connection}:Scopes:2"] = "ChannelMessage.Read.All",
            [$"{connection}:Scopes:3"] = "Files.ReadWrite.All",
        };
    }

    private static string? PublicAddress(string? urls)
        => urls?.Split(';') is [var first, ..] && Uri.TryCreate(first, UriKind.Absolute, out var address) && address.Port != 0
            ? new Uri(address, "/").AbsoluteUri
            : null;
}
