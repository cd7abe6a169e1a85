using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Options;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Connections.Forecast;
using TeamsWorkflows.Graph;

namespace TeamsWorkflows.Doctor;

/// <summary>Takes the inventory of the environment that it runs in, and tries everything that deliveries need.</summary>
public sealed class DoctorDesk(
    ConnectionDesk connections,
    ForecastDesk forecast,
    IEnumerable<IDoctorCheck> checks,
    IOptions<EntraOptions> entra,
    IOptions<GraphOptions> graph,
    TimeProvider time)
{
    /// <summary>How long ahead an end is warned about.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromDays(30);

    public async Task<DoctorReport> ExamineAsync(CancellationToken cancellationToken)
    {
        var (now, all) = (time.GetUtcNow(), await connections.ListAsync(cancellationToken));
        var expiries = await forecast.ExpiriesAsync(cancellationToken);
        return new(now, Take(all, expiries), await FindAsync(connectionId: null, all, expiries, now, cancellationToken));
    }

    /// <summary>Tries what one connection needs and does not share with the others.</summary>
    public async Task<IReadOnlyList<Finding>> ExamineAsync(string connectionId, CancellationToken cancellationToken)
        => await FindAsync(
            connectionId,
            await connections.ListAsync(cancellationToken),
            await forecast.ExpiriesAsync(connectionId, cancellationToken) ?? [],
            time.GetUtcNow(),
            cancellationToken);

    private async Task<IReadOnlyList<Finding>> FindAsync(
        string? connectionId, IReadOnlyList<Connection> all, IReadOnlyList<Expiry> expiries, DateTimeOffset now, CancellationToken cancellationToken)
    {
        List<Finding> findings =
        [
            .. all.Where(c => connectionId is null || c.Id == connectionId)
                .SelectMany(c => EnvironmentChecks.Check(c, all, entra.Value, graph.Value).Select(f => f with { Connection = c.Id })),
            .. expiries.Where(static e => e.NeedsPerson).Select(e => Date(e, now) with { Connection = e.ConnectionId }),
        ];
        foreach (var check in checks)
        {
            findings.AddRange(await check.RunAsync(connectionId, cancellationToken));
        }

        return findings;
    }

    private Inventory Take(IReadOnlyList<Connection> all, IReadOnlyList<Expiry> expiries) => new(
        entra.Value.AuthorityHost,
        graph.Value.BaseAddress,
        entra.Value.RedirectUri,
        typeof(DoctorDesk).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown",
        [.. all.Select(c => new InventoryConnection(
            c.Id, c.Environment, c.AuthModel, c.TenantId, c.ClientId, c.Username, Credential(c, expiries), c.Scopes, c.Owner))]);

    private static string Credential(Connection connection, IReadOnlyList<Expiry> expiries)
    {
        var end = expiries.FirstOrDefault(e => e.ConnectionId == connection.Id && e.Kind is ExpiryKind.ClientSecret or ExpiryKind.Certificate);
        return connection.CredentialKind
            + (end is null ? "" : string.Create(CultureInfo.InvariantCulture, $" until {end.At.UtcDateTime:yyyy-MM-dd}"));
    }

    private static Finding Date(Expiry expiry, DateTimeOffset now)
    {
        var left = expiry.At - now;
        var detail = $"{ExpiryCalendar.Words(expiry.Kind)} ends {expiry.At.UtcDateTime:u}. {expiry.Because}";
        return left <= TimeSpan.Zero ? new("dates", expiry.ConnectionId, CheckResult.Bad, detail, expiry.Advice)
            : left < Soon ? new("dates", expiry.ConnectionId, CheckResult.Warning, detail, expiry.Advice)
            : Finding.Good("dates", expiry.ConnectionId, detail);
    }
}
