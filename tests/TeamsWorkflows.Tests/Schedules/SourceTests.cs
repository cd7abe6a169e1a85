using System.Text;
using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Sandbox;
using TeamsWorkflows.Schedules;
using TeamsWorkflows.Tests.Goldens;
using TeamsWorkflows.Tests.Sandbox;

namespace TeamsWorkflows.Tests.Schedules;

/// <summary>Schedules that fetch the data of their reports.</summary>
public sealed class SourceTests
{
    [Fact]
    [Trait("Requirement", "R87")]
    public async Task The_report_is_filled_with_what_the_source_answers_to_who_has_the_key()
    {
        await using var product = await ProductHost.StartAsync();
        await GiveAsync(product, """{"total": 4711, "rows": [{"region": "north"}, {"region": "south"}]}""", key: "the-secret-key");
        await product.PutAsync("figures", Definition(product, "the-secret-key"));
        var occurrence = (await product.OccurrencesAsync("figures", atLeast: 1))[^1];
        var report = (await product.Reports.FindAsync(occurrence.ReportId!, default))!;

        Assert.Equal("Total 4711 of north, south, ", report.Title + " ");
        Assert.Equal(DeliveryState.Delivered, (await product.EndOfAsync(report)).State);
        Assert.DoesNotContain(product.Log.Lines, static l => l.Contains("the-secret-key", StringComparison.Ordinal) || l.Contains("4711", StringComparison.Ordinal));
        Assert.Null(await product.Database.ReadAsync(db => Task.FromResult(db.Occurrences.First().Data), default));
    }

    [Fact]
    [Trait("Requirement", "R85")]
    public async Task A_source_that_fails_is_asked_again_and_the_report_goes_out_late()
    {
        await using var product = await ProductHost.StartAsync();
        await product.PutAsync("figures", Definition(product, key: null));
        var running = await product.UntilAsync(async () => (await product.LogAsync("figures")).FirstOrDefault(o => o.State == OccurrenceState.Running));
        await product.UntilAsync(() => Task.FromResult(product.Tenant.Requests.Count(r => r.Surface == SandboxSurfaces.Receiver) >= 2 ? "asked" : null));
        GoldenHistories.Take(product.Store, product.Tenant.Connector.ClientSecret);

        await GiveAsync(product, """{"total": 1, "rows": []}""", key: null);
        var done = await product.UntilAsync(async () => (await product.LogAsync("figures")).FirstOrDefault(o => o.Id == running.Id && o.State == OccurrenceState.HandedOver));
        Assert.Equal("Total 1 of", (await product.Reports.FindAsync(done.ReportId!, default))!.Title);
    }

    [Theory]
    [InlineData(null, "The source answered 404.")]
    [InlineData("<html>", "The source answered no JSON: reading stopped at line 1, byte 1.")]
    [InlineData("""{"other": 1}""", "report was refused. title: The template cannot be filled at line 1")]
    public async Task What_cannot_be_had_in_time_fails_the_occurrence_and_the_owner_is_told_why(string? answer, string reason)
    {
        await using var product = await ProductHost.StartAsync();
        if (answer is not null)
        {
            await GiveAsync(product, answer, key: null);
        }

        await product.PutAsync("figures", Definition(product, key: null));
        var failed = await product.UntilAsync(async () => (await product.LogAsync("figures")).FirstOrDefault(o => o.State == OccurrenceState.Failed));
        Assert.Contains(reason, failed.Reason, StringComparison.Ordinal);
        var mail = await product.UntilAsync(() => Task.FromResult(product.Tenant.Mails.FirstOrDefault(m => m.To.Contains(product.Owner()))));
        Assert.Equal($"No report: figures, {failed.Id}", mail.Subject);
    }

    [Fact]
    public async Task A_source_within_the_network_is_not_called_and_not_asked_again()
    {
        await using var product = await ProductHost.StartAsync(("Outbound:TrustedHosts:0", "elsewhere.example"));
        await GiveAsync(product, """{"total": 1, "rows": []}""", key: null);
        var before = product.Tenant.Requests.Count(r => r.Surface == SandboxSurfaces.Receiver);
        await product.PutAsync("figures", Definition(product, key: null));
        var failed = await product.UntilAsync(async () => (await product.LogAsync("figures")).FirstOrDefault(o => o.State == OccurrenceState.Failed));

        Assert.Contains("private network", failed.Reason, StringComparison.Ordinal);
        Assert.Equal(before, product.Tenant.Requests.Count(r => r.Surface == SandboxSurfaces.Receiver));
        Assert.Equal(failed.ScheduledFor.UtcDateTime, failed.UpdatedAt.UtcDateTime, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task An_answer_that_is_too_large_is_not_read_to_its_end()
    {
        await using var product = await ProductHost.StartAsync();
        await GiveAsync(product, $"\"{new string('x', ScheduleLimits.MaxSourceBytes)}\"", key: null);
        await product.PutAsync("figures", Definition(product, key: null));
        var failed = await product.UntilAsync(async () => (await product.LogAsync("figures")).FirstOrDefault(o => o.State == OccurrenceState.Failed));
        Assert.Equal("The source answered more than 1,048,576 bytes.", failed.Reason);
    }

    private static ScheduleDefinition Definition(ProductHost product, string? key) => product.Every("0 9 * * *") with
    {
        Report = product.Template(
            "Total {{ source.total }} of {{ for row in source.rows }}{{ row.region }}, {{ end }}", """{"source": {"total": 0, "rows": []}}"""),
        Source = new(product.Tenant.ReceiverAddress("figures").AbsoluteUri, key is null ? null : "X-Api-Key", key, RetryFor: TimeSpan.FromMinutes(20)),
    };

    private static async Task GiveAsync(ProductHost product, string answer, string? key)
    {
        using var http = SandboxFixture.Client(product.Sandbox);
        using var request = new HttpRequestMessage(HttpMethod.Post, product.Tenant.ReceiverAddress("figures"));
        request.Content = new StringContent(answer, Encoding.UTF8, "application/json");
        if (key is not null)
        {
            request.Headers.Add("X-Api-Key", key);
        }

        using var taken = await http.SendAsync(request);
        Assert.True(taken.IsSuccessStatusCode);
    }
}
