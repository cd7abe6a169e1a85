using System.Net.Sockets;
using System.Text.Json;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;
using TeamsWorkflows.Fallback;
using TeamsWorkflows.Graph;
using TeamsWorkflows.Http;

namespace TeamsWorkflows.Doctor;

/// <summary>Whether the hosts (authority, Graph, key vaults, mail server) can be reached, are who they say, agree on the time, and know the tenants.</summary>
internal sealed class HostChecks(
    OutboundHttp outbound,
    Database database,
    IOptions<EntraOptions> entra,
    IOptions<GraphOptions> graph,
    IOptions<FallbackOptions> fallback,
    TimeProvider time) : IDoctorCheck
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    // A Date header has whole seconds, and the answer was on its way.
    private static readonly TimeSpan Agreement = TimeSpan.FromMinutes(1);

    public async Task<IReadOnlyList<Finding>> RunAsync(string? connectionId, CancellationToken cancellationToken)
        => connectionId is null ? await RunAsync(cancellationToken) : []; // hosts are everybody's

    private async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellationToken)
    {
        var (tenants, certificates) = await database.ReadAsync(
            async db => (
                await db.Connections.Where(c => c.AuthModel != AuthModel.Webhook).Select(c => c.TenantId).Distinct().ToListAsync(cancellationToken),
                await db.Connections.Where(c => c.VaultCertificate != null).Select(c => c.VaultCertificate!).Distinct().ToListAsync(cancellationToken)),
            cancellationToken);
        using var http = outbound.CreateClient(Timeout);
        List<Finding> findings = [Finding.Good("database", "product data", $"It answers; {tenants.Count} tenants are configured.")];
        findings.AddRange(await ReachAsync(http, graph.Value.BaseAddress, cancellationToken));
        foreach (var tenant in tenants)
        {
            findings.AddRange(await AuthorityAsync(http, tenant, cancellationToken));
        }

        foreach (var vault in certificates.Select(static c => new Uri(new Uri(c).GetLeftPart(UriPartial.Authority))).Distinct())
        {
            findings.AddRange(await ReachAsync(http, vault, cancellationToken));
        }

        if (fallback.Value is { Connection: null, Host.Length: > 0 })
        {
            findings.Add(await MailServerAsync(fallback.Value, cancellationToken));
        }

        return findings;
    }

    private async Task<IEnumerable<Finding>> ReachAsync(HttpClient http, Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return [Finding.Good("reach", address.Host, "The name resolves, TLS is trusted, and it answers."), Clock(address.Host, response)];
        }
        catch (Exception e) when (IsUnreachable(e, cancellationToken))
        {
            return [Unreachable(address.Host, e)];
        }
    }

    private async Task<IEnumerable<Finding>> AuthorityAsync(HttpClient http, string tenant, CancellationToken cancellationToken)
    {
        var address = new Uri(entra.Value.AuthorityHost, $"{Uri.EscapeDataString(tenant)}/v2.0/.well-known/openid-configuration");
        try
        {
            using var response = await http.GetAsync(address, cancellationToken);
            var body = await response.Content.ReadAsStringAsync(cancellationToken);
            return
            [
                Finding.Good("reach", address.Host, "The name resolves, TLS is trusted, and it answers."),
                Clock(address.Host, response),
                response.IsSuccessStatusCode ? Issuer(tenant, body) : new(
                    "authority", tenant, CheckResult.Bad, $"{address.Host} answers {(int)response.StatusCode} for this tenant.", "Correct the connection's TenantId or Entra:AuthorityHost."),
            ];
        }
        catch (Exception e) when (IsUnreachable(e, cancellationToken))
        {
            return [Unreachable(address.Host, e)];
        }
    }

    // No mail is sent: it is greeted, and left.
    private static async Task<Finding> MailServerAsync(FallbackOptions mail, CancellationToken cancellationToken)
    {
        try
        {
            using var client = new SmtpClient { Timeout = (int)Timeout.TotalMilliseconds };
            await client.ConnectAsync(mail.Host, mail.Port, mail.Security, cancellationToken);
            await client.DisconnectAsync(quit: true, cancellationToken);
            return Finding.Good("reach", mail.Host, "It answers as a mail server.");
        }
        catch (SslHandshakeException)
        {
            return new("reach", mail.Host, CheckResult.Bad, "The mail server's TLS is not trusted, or it has none.", "Correct Fallback:Security, or the certificate.");
        }
        catch (Exception e) when (e is IOException or SocketException or ProtocolException or CommandException or NotSupportedException or TimeoutException)
        {
            return new("reach", mail.Host, CheckResult.Bad, $"No mail server answers at port {mail.Port} ({e.GetType().Name}).", "Correct Fallback:Host and Fallback:Port, or the firewall: fallbacks and cases go out by it.");
        }
    }

    private static Finding Issuer(string tenant, string metadata)
    {
        try
        {
            using var json = JsonDocument.Parse(metadata);
            return json.RootElement.TryGetProperty("issuer", out var issuer)
                ? Finding.Good("authority", tenant, $"Tokens come from {issuer}.")
                : new("authority", tenant, CheckResult.Bad, "The authority's metadata names no issuer.", "Look what answers at Entra:AuthorityHost.");
        }
        catch (JsonException)
        {
            return new("authority", tenant, CheckResult.Bad, "What answers is not an authority.", "Look for a proxy or a sign-in page of the network.");
        }
    }

    private Finding Clock(string host, HttpResponseMessage response)
    {
        if (response.Headers.Date is not { } theirs)
        {
            return new("clock", host, CheckResult.Warning, "The host does not say its time.", "Measure the offset against another time server.");
        }

        var offset = time.GetUtcNow() - theirs;
        var detail = $"Our clock (UTC) is {SymptomReader.Minutes(offset.Duration())} {(offset < TimeSpan.Zero ? "behind" : "ahead")}.";
        return offset.Duration() <= Agreement
            ? Finding.Good("clock", host, detail)
            : new("clock", host, offset.Duration() < TimeSpan.FromMinutes(5) ? CheckResult.Warning : CheckResult.Bad, detail,
                "Start time synchronisation (NTP) on the host; containers and virtual machines have its time. Tokens look expired or not yet valid until then.");
    }

    private static bool IsUnreachable(Exception e, CancellationToken cancellationToken)
        => e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private static Finding Unreachable(string host, Exception e) => (e as HttpRequestException)?.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => new("reach", host, CheckResult.Bad, "The name cannot be resolved.", "Correct the address, or the machine's resolver."),
        HttpRequestError.SecureConnectionError => new(
            "reach", host, CheckResult.Bad, "TLS is not trusted.", "A proxy that inspects TLS? Put its root into Outbound:TrustedAuthorityFile. Else check the clock."),
        _ => new("reach", host, CheckResult.Bad, "It cannot be reached, or does not answer in time.", "Check firewall and proxy for this host."),
    };
}
