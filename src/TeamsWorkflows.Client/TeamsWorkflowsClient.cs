using System.Globalization;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;

namespace TeamsWorkflows.Client;

/// <summary>A typed client of the HTTP API.</summary>
/// <remarks>It repeats calls that the server could not take at the moment (429, 503), unless that might do something twice.</remarks>
public sealed class TeamsWorkflowsClient
{
    private const string Root = "api/v1";

    private static readonly TimeSpan FollowEvery = TimeSpan.FromSeconds(1);

    private readonly ApiCalls _calls;
    private readonly TimeProvider _time;

    /// <param name="http">Its <see cref="HttpClient.BaseAddress"/> is the server's, with a slash at the end; a handler of its adds the token.</param>
    /// <param name="time">Waits; null: the system's clock.</param>
    public TeamsWorkflowsClient(HttpClient http, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(http);

        _time = time ?? TimeProvider.System;
        _calls = new(http, _time);
    }

    /// <summary>Hands a report over. Repeated with the same key and the same report, it is harmless.</summary>
    /// <param name="key">1 to 200 visible ASCII characters: one per report.</param>
    /// <exception cref="ApiProblemException">The report was refused.</exception>
    public Task<ReportView> SubmitAsync(string key, ReportDraft report, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(key);
        ArgumentNullException.ThrowIfNull(report);

        return _calls.SendAsync(
            () =>
            {
                var request = Post("reports", report, ClientJson.Default.ReportDraft);
                request.Headers.TryAddWithoutValidation(PatientCalls.IdempotencyKey, key);
                return request;
            },
            ClientJson.Default.ReportView,
            cancellationToken);
    }

    /// <summary>Shows a report and its deliveries.</summary>
    /// <exception cref="ApiProblemException">There is none, or it is somebody else's.</exception>
    public Task<ReportView> GetReportAsync(string id, CancellationToken cancellationToken = default) => GetAsync(Path("reports", id), ClientJson.Default.ReportView, cancellationToken);

    /// <summary>Waits until every delivery of a report has ended.</summary>
    /// <param name="patience">How long at most.</param>
    /// <returns>The report as it was last: <see cref="ReportView.HasEnded"/> is false when patience ran out.</returns>
    public async Task<ReportView> WaitAsync(string id, TimeSpan patience, CancellationToken cancellationToken = default)
    {
        var started = _time.GetTimestamp();
        for (; ; )
        {
            var report = await GetReportAsync(id, cancellationToken);
            if (report.HasEnded || _time.GetElapsedTime(started) >= patience)
            {
                return report;
            }

            await Task.Delay(FollowEvery, _time, cancellationToken);
        }
    }

    /// <summary>Lists deliveries, newest first, page by page.</summary>
    public async IAsyncEnumerable<DeliveryView> ListDeliveriesAsync(
        DeliveryFilter? filter = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        filter ??= new();
        string? next = $"{Root}/deliveries" + Query(
            ("state", filter.State),
            ("connection", filter.Connection),
            ("channel", filter.Channel),
            ("from", filter.From?.ToString("O", CultureInfo.InvariantCulture)),
            ("to", filter.To?.ToString("O", CultureInfo.InvariantCulture)),
            ("limit", filter.Limit?.ToString(CultureInfo.InvariantCulture)));
        while (next is not null)
        {
            var page = await GetAsync(next, ClientJson.Default.DeliveryPageView, cancellationToken);
            foreach (var delivery in page.Deliveries)
            {
                yield return delivery;
            }

            next = page.Next?.TrimStart('/');
        }
    }

    /// <summary>Shows a delivery.</summary>
    public Task<DeliveryView> GetDeliveryAsync(string id, CancellationToken cancellationToken = default) => GetAsync(Path("deliveries", id), ClientJson.Default.DeliveryView, cancellationToken);

    /// <summary>Ends a delivery early; operators.</summary>
    /// <param name="reason">At least 3 characters, for the record.</param>
    public Task<DeliveryView> CancelAsync(string id, string reason, CancellationToken cancellationToken = default)
        => _calls.SendAsync(() => Post($"deliveries/{Uri.EscapeDataString(id)}/cancel", new(reason), ClientJson.Default.ReasonBody), ClientJson.Default.DeliveryView, cancellationToken);

    /// <summary>Sends the report once more there, under a new key; operators. It may be a second message.</summary>
    /// <inheritdoc cref="CancelAsync"/>
    public Task<DeliveryView> ResendAsync(string id, string reason, CancellationToken cancellationToken = default)
        => _calls.SendAsync(() => Post($"deliveries/{Uri.EscapeDataString(id)}/resend", new(reason), ClientJson.Default.ReasonBody), ClientJson.Default.DeliveryView, cancellationToken);

    /// <summary>Says what becomes of a delivery that is held; operators.</summary>
    /// <param name="decision">ItIsThere, PostAgain or FallBack.</param>
    /// <inheritdoc cref="CancelAsync"/>
    public Task<DeliveryView> DecideAsync(string id, string decision, string reason, CancellationToken cancellationToken = default)
        => _calls.SendAsync(() => Post($"deliveries/{Uri.EscapeDataString(id)}/decide", new(decision, reason), ClientJson.Default.DecisionBody), ClientJson.Default.DeliveryView, cancellationToken);

    /// <summary>Lists cases, open ones first; operators.</summary>
    public async Task<IReadOnlyList<CaseView>> ListCasesAsync(bool? open = null, CancellationToken cancellationToken = default)
        => (await GetAsync($"{Root}/cases" + Query(("open", open switch { true => "true", false => "false", null => null })), ClientJson.Default.CaseListView, cancellationToken)).Cases;

    /// <summary>Says that a case's cause is gone; the connection is verified before it closes; operators.</summary>
    /// <inheritdoc cref="CancelAsync"/>
    public async Task ResolveCaseAsync(string id, string reason, CancellationToken cancellationToken = default)
    {
        using var response = await _calls.SendAsync(() => Post($"cases/{Uri.EscapeDataString(id)}/resolve", new(reason), ClientJson.Default.ReasonBody), cancellationToken);
    }

    /// <summary>Says that a step of a case's runbook is done; operators.</summary>
    public Task<CaseStepView> TickStepAsync(string id, string step, CancellationToken cancellationToken = default)
        => _calls.SendAsync(() => new(HttpMethod.Put, StepPath(id, step)), ClientJson.Default.CaseStepView, cancellationToken);

    /// <summary>Takes back that a step of a case's runbook is done; operators.</summary>
    public async Task UntickStepAsync(string id, string step, CancellationToken cancellationToken = default)
    {
        using var response = await _calls.SendAsync(() => new(HttpMethod.Delete, StepPath(id, step)), cancellationToken);
    }

    /// <summary>Lists connections; operators.</summary>
    public async Task<IReadOnlyList<ConnectionView>> ListConnectionsAsync(CancellationToken cancellationToken = default)
        => (await GetAsync($"{Root}/connections", ClientJson.Default.ConnectionListView, cancellationToken)).Connections;

    /// <summary>Verifies the audit log; administrators.</summary>
    public Task<AuditVerificationView> VerifyAuditAsync(CancellationToken cancellationToken = default)
        => GetAsync($"{Root}/audit/verification", ClientJson.Default.AuditVerificationView, cancellationToken);

    /// <summary>Exports the audit log as JSON Lines; administrators.</summary>
    /// <param name="file">Where it is written.</param>
    /// <param name="after">The last entry that you have; 0: everything.</param>
    public async Task ExportAuditAsync(Stream file, long after = 0, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);

        var path = string.Create(CultureInfo.InvariantCulture, $"{Root}/audit/export?after={after}");
        using var response = await _calls.SendAsync(() => new(HttpMethod.Get, path), cancellationToken);
        await response.Content.CopyToAsync(file, cancellationToken);
    }

    private static string StepPath(string id, string step) => $"{Root}/cases/{Uri.EscapeDataString(id)}/steps/{Uri.EscapeDataString(step)}";

    private static string Path(string kind, string id)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        return $"{Root}/{kind}/{Uri.EscapeDataString(id)}";
    }

    private static string Query(params (string Name, string? Value)[] parameters)
        => string.Join('&', parameters.Where(static p => p.Value is not null).Select(static p => $"{p.Name}={Uri.EscapeDataString(p.Value!)}")) is { Length: > 0 } query ? $"?{query}" : "";

    private static HttpRequestMessage Post<T>(string path, T body, JsonTypeInfo<T> type)
        => new(HttpMethod.Post, $"{Root}/{path}") { Content = JsonContent.Create(body, type) };

    private Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        => _calls.SendAsync(() => new(HttpMethod.Get, path), type, cancellationToken);
}
