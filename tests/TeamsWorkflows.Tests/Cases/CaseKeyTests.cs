using Microsoft.EntityFrameworkCore;
using TeamsWorkflows.Connections;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Tests.Cases;

/// <summary>Which failures are one case, and which are told apart.</summary>
public sealed class CaseKeyTests
{
    [Fact]
    [Trait("Requirement", "R62")]
    [Trait("Requirement", "R30")]
    [Trait("Requirement", "R24")]
    public async Task Another_failure_that_asks_for_the_same_is_a_case_of_its_own_and_told()
    {
        await using var product = await ProductHost.StartAsync();
        var gone = Diagnostician.Diagnose(new(FailureSurface.GraphResponse, product.Time.GetUtcNow())
        {
            Status = 404,
            Body = """{"error":{"code":"NotFound","message":"Channel does not exist."}}""",
        });
        await ParkAsync(product, gone);
        await ParkAsync(product, gone);
        await product.IdleAsync();
        Assert.Single(product.OperatorMails);

        product.Tenant.Faults.Apply("user-disabled");
        await product.SubmitAsync();
        await product.UntilAsync(() => product.OperatorMails.Count == 2);

        var cases = await product.Cases.PageAsync(isOpen: true, 0, 100, default);
        Assert.All(cases, c => Assert.Equal(gone.Action, c.Cause));
        Assert.Equal([FailureClasses.UserDisabledOrDeleted, gone.Class], cases.Select(c => c.Diagnosis.Class).OrderDescending());
    }

    [Fact]
    [Trait("Requirement", "B4")]
    public async Task What_a_sign_in_cures_is_one_case_whatever_its_class()
    {
        await using var product = await ProductHost.StartAsync();
        var revoked = Diagnostician.Diagnose(
            new(FailureSurface.TokenEndpoint, product.Time.GetUtcNow()) { Status = 400, Error = "invalid_grant", ErrorCodes = ["50173"] });

        var first = await ParkAsync(product, revoked);

        Assert.Equal(OperatorAction.Reconnect, revoked.Action);
        Assert.Equal(first, await ParkAsync(product, revoked with { Class = FailureClasses.TokenInvalid }));
    }

    [Fact]
    public async Task A_case_of_an_older_release_stands_for_every_class()
    {
        await using var product = await ProductHost.StartAsync();
        var expired = Diagnostician.Diagnose(
            new(FailureSurface.TokenEndpoint, product.Time.GetUtcNow()) { Status = 401, Error = "invalid_client", ErrorCodes = ["7000222"] });
        var older = await ParkAsync(product, expired);
        await product.Database.WriteAsync(db => db.Cases.ExecuteUpdateAsync(set => set.SetProperty(c => c.Class, _ => "")), default);

        Assert.Equal(older, await ParkAsync(product, expired));
    }

    private static async Task<string?> ParkAsync(ProductHost product, Diagnosis diagnosis)
        => (await product.Get<ParkRun>().RunAsync(
            new(nameof(ParkRun), "run", 0, CancellationToken.None), new(ProductHost.ConnectionId, "", InstanceId: null, diagnosis, Generation: 1))).CaseId;
}
