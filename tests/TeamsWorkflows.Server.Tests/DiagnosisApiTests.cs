namespace TeamsWorkflows.Server.Tests;

/// <summary>Any error, pasted: over the API and on the page.</summary>
[Collection(nameof(SharedServer))]
public sealed class DiagnosisApiTests(ServerHost host)
{
    private const string Token = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJodHRwczovL2dyYXBoIn0.c2lnbmF0dXJl";

    [Fact]
    [Trait("Requirement", "R67")]
    public async Task A_pasted_exchange_is_explained_with_its_trace_and_without_its_token()
    {
        using var client = await host.OperatorAsync();
        using var response = await client.PostJsonAsync(
            "/api/v1/diagnoses", $$"""{"text":"HTTP/1.1 401 Unauthorized\nAuthorization: Bearer {{Token}}\n\nAADSTS50173: The provided grant has expired"}""");
        var found = await response.JsonAsync();

        Assert.Equal(200, (int)response.StatusCode);
        var diagnosis = found.GetProperty("diagnosis");
        Assert.Equal("refresh-broken", diagnosis.Text("class"));
        Assert.Equal("Reconnect", diagnosis.Text("action"));
        Assert.Equal("Decided", diagnosis.GetProperty("trace").GetProperty("steps")[0].Text("role"));
        Assert.NotEqual("", diagnosis.GetProperty("trace").Text("wouldChange"));
        Assert.Equal("401", found.GetProperty("evidence").Text("status"));
        Assert.DoesNotContain("eyJ", found.ToString(), StringComparison.Ordinal);
        using var runbook = await client.GetAsync(new Uri(found.Text("runbook"), UriKind.Relative));
        Assert.Equal(200, (int)runbook.StatusCode);
    }

    [Theory]
    [InlineData("{}", "text")]
    [InlineData("""{"text":"x","status":42}""", "status")]
    [InlineData("""{"text":"   "}""", "text")]
    public async Task What_cannot_be_diagnosed_is_refused_by_field(string body, string field)
    {
        using var client = await host.OperatorAsync();
        using var response = await client.PostJsonAsync("/api/v1/diagnoses", body);
        var problem = await response.JsonAsync();

        Assert.Equal(422, (int)response.StatusCode);
        Assert.EndsWith("invalid-diagnosis", problem.Text("type"), StringComparison.Ordinal);
        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _), problem.ToString());
    }

    [Fact]
    [Trait("Requirement", "R67")]
    [Trait("Requirement", "R68")]
    public async Task The_page_shows_the_verdict_and_keeps_nothing()
    {
        using var person = await ConsoleSession.SignInAsync(host, host.Tenant.Operator.UserName);
        var marker = Guid.NewGuid().ToString("N");

        var (page, address) = await person.SendAsync("/diagnose", "/diagnose", ("text", $"AADSTS50173 {marker} <script>alert(1)</script> Bearer {Token}"), ("surface", ""), ("status", ""));

        Assert.Equal("/diagnose", address.AbsolutePath);
        Assert.Contains("Reconnect required", page, StringComparison.Ordinal);
        Assert.Contains("What would change it", page, StringComparison.Ordinal);
        Assert.Contains("/runbooks/refresh-broken", page, StringComparison.Ordinal);
        Assert.DoesNotContain("eyJ0", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        foreach (var file in Directory.EnumerateFiles(host.Folder, "*", SearchOption.AllDirectories).Where(static f => !f.EndsWith(".lock", StringComparison.Ordinal)))
        {
            await using var open = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var text = new StreamReader(open, System.Text.Encoding.Latin1);
            Assert.DoesNotContain(marker, await text.ReadToEndAsync(), StringComparison.Ordinal);
        }

        var (wrong, _) = await person.SendAsync("/diagnose", "/diagnose", ("text", "x"), ("surface", ""), ("status", "abc"));
        Assert.Contains("Give an HTTP status from 100 to 599", wrong, StringComparison.Ordinal);
    }
}
