using TeamsWorkflows.Deliveries;
using TeamsWorkflows.Sandbox;
using TeamsWorkflows.Ways;

namespace TeamsWorkflows.Tests.Deliveries;

/// <summary>Whatever refuses a report is kept as it answered: status, headers and body, without secrets.</summary>
public sealed class RawAnswerTests
{
    private const string Jwt = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJncmFwaCJ9.c2lnbmF0dXJl";

    [Theory]
    [Trait("Requirement", "R11")]
    [Trait("Requirement", "R79")]
    [InlineData(SandboxSurfaces.GraphMessagePost, 401)]
    [InlineData(SandboxSurfaces.GraphMessagePost, 403)]
    [InlineData(SandboxSurfaces.GraphMessagePost, 413)]
    [InlineData(SandboxSurfaces.GraphMessagePost, 429)]
    [InlineData(SandboxSurfaces.GraphMessagePost, 503)]
    [InlineData(SandboxSurfaces.GraphFilePut, 403)]
    [InlineData(SandboxSurfaces.Webhook, 403)]
    [InlineData(SandboxSurfaces.Webhook, 429)]
    [InlineData(SandboxSurfaces.Receiver, 400)]
    public async Task An_answer_is_kept_as_it_was(string surface, int status)
    {
        await using var product = await ProductHost.StartAsync();
        product.Tenant.Faults.Add(new FaultRule
        {
            Name = "refused",
            Surface = surface,
            Status = status,
            Count = 1,
            ContentType = "application/json",
            Body = $$$"""{"error":{"code":"Probe-{{{status}}}","message":"Not like this: {{{Jwt}}}"}}""",
            Headers = new Dictionary<string, string> { ["x-probe"] = "seen", ["x-leak"] = $"Bearer {Jwt}" },
        });
        var request = surface switch
        {
            SandboxSurfaces.GraphFilePut => product.Request() with { Attachments = [new("a.txt", "AAAA")] },
            SandboxSurfaces.Webhook => product.Request() with { Destinations = [new WorkflowDestination(product.Tenant.WorkflowAddress.AbsoluteUri)] },
            SandboxSurfaces.Receiver => product.Request() with { Destinations = [new SlackDestination(product.Tenant.ReceiverAddress("slack").AbsoluteUri)] },
            _ => product.Request(),
        };

        var id = (await product.SubmitAsync(request)).Deliveries[0].Id;
        Attempt? refused = null;
        await product.UntilAsync(async () => (refused = (await product.Reports.FindDeliveryAsync(id, default))!.Attempts.FirstOrDefault(a => a.Status == status)) is not null);

        var kept = refused!.Evidence!;
        Assert.Equal((status, "seen"), (kept.Status, kept.Headers["x-probe"]));
        Assert.Contains($"Probe-{status}", kept.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("eyJ", kept.Body + kept.Headers["x-leak"], StringComparison.Ordinal);
    }
}
