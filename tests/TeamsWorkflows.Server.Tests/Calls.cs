using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using TeamsWorkflows.DurableTask.Client;
using TeamsWorkflows.Sandbox;
using TeamsWorkflows.Server.Development;

namespace TeamsWorkflows.Server.Tests;

/// <summary>What the tests say to the API, and how they read what it answers.</summary>
internal static class Calls
{
    public static string Report(this SandboxTenant tenant, string title, string extra = "")
    {
        var team = tenant.Team("Finance");
        return $$"""
            {"title":"{{title}}","body":"Figures for {{title}}","destinations":[{"connection":"{{DevelopmentSandbox.ConnectionId}}",
            "teamId":"{{team.Id}}","channelId":"{{team.Channel("Reports").Id}}"}]{{extra}}}
            """;
    }

    public static async Task<HttpResponseMessage> SubmitAsync(
        this HttpClient client, string body, string? key = null, string contentType = "application/json")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/reports");
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        if (key?.Length > 0)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        }

        return await client.SendAsync(request);
    }

    public static async Task<HttpResponseMessage> PostJsonAsync(this HttpClient client, string address, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await client.PostAsync(new Uri(address, UriKind.RelativeOrAbsolute), content);
    }

    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        return JsonDocument.Parse(text).RootElement;
    }

    public static async Task<JsonElement> GetJsonAsync(this HttpClient client, string address)
    {
        using var response = await client.GetAsync(new Uri(address, UriKind.RelativeOrAbsolute));
        Assert.True(response.IsSuccessStatusCode, $"GET {address}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        return await response.JsonAsync();
    }

    public static string Text(this JsonElement json, string name) => json.GetProperty(name).ToString();

    /// <summary>Hands a report over and waits until its orchestration has ended.</summary>
    public static async Task<JsonElement> DeliverAsync(this ServerHost host, HttpClient publisher, string title)
    {
        using var response = await publisher.SubmitAsync(host.Tenant.Report(title), Guid.NewGuid().ToString());
        Assert.Equal(202, (int)response.StatusCode);
        var report = await response.JsonAsync();
        await host.WaitForEndAsync(report.Text("id"));
        return await publisher.GetJsonAsync(report.GetProperty("links").Text("self"));
    }

    public static async Task WaitForEndAsync(this ServerHost host, string reportId)
    {
        using var enough = new CancellationTokenSource(ServerHost.Patience);
        var client = host.Server.Services.GetRequiredService<DurableTaskClient>();
        await client.WaitForInstanceCompletionAsync($"report-{reportId}", enough.Token);
    }

    public static IReadOnlyList<SandboxMessage> MessagesAbout(this SandboxTenant tenant, string title)
        => [.. tenant.AllMessages().Where(m => IsAbout(m, title))];

    public static bool IsAbout(SandboxMessage message, string title)
        => message.Content.Contains(title, StringComparison.Ordinal)
            || message.Subject?.Contains(title, StringComparison.Ordinal) == true
            || message.Attachments.Any(a => a.Content?.Contains(title, StringComparison.Ordinal) == true);

    public static string Unique(string word) => string.Create(CultureInfo.InvariantCulture, $"{word} {Guid.NewGuid():N}");
}
