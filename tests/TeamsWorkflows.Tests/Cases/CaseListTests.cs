using TeamsWorkflows.Data;
using TeamsWorkflows.Diagnostics;

namespace TeamsWorkflows.Tests.Cases;

/// <summary>Which cases come first, and how far a search goes.</summary>
public sealed class CaseListTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 1, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    [Trait("Requirement", "R84")]
    public async Task What_most_reports_wait_for_comes_first_and_then_what_is_oldest()
    {
        await using var product = await ProductHost.StartAsync();
        await SeedAsync(product, 5, (row, i) =>
        {
            row.ClosedAt = i == 0 ? Start.AddDays(1) : null;
            row.ParkedRuns.AddRange(Enumerable.Range(0, i == 3 ? 2 : 0).Select(n => new ParkedRunRow { CaseId = row.Id, InstanceId = $"run-{n}", DeliveryId = $"none-{n}", ParkedAt = Start }));
        });

        var (first, open) = await product.Cases.UrgentAsync(3, default);

        Assert.Equal(["case-3", "case-1", "case-2"], first.Select(c => c.Id));
        Assert.Equal(4, open);
        Assert.Equal(2, first[0].WaitingCount);
    }

    [Fact]
    [Trait("Requirement", "R77")]
    public async Task A_label_is_looked_for_in_so_many_cases_and_no_more()
    {
        await using var product = await ProductHost.StartAsync();
        await SeedAsync(product, TeamsWorkflows.Cases.CaseDesk.MaxSearched + 1, (row, i) => row.Cause = i is 0 or 1 ? OperatorAction.ChangePolicy : OperatorAction.FixConfiguration);

        // The two are the oldest, and the oldest of all comes after as many others as are looked through.
        Assert.Equal("case-1", Assert.Single(await product.Cases.PageAsync(isOpen: null, OperatorAction.ChangePolicy.Label(), 0, 10, default)).Id);
        Assert.Equal(2, (await product.Cases.PageAsync(isOpen: null, skip: TeamsWorkflows.Cases.CaseDesk.MaxSearched - 1, 10, default)).Count);
    }

    private static Task SeedAsync(ProductHost product, int count, Action<CaseRow, int> change) => product.Database.WriteAsync(
        db =>
        {
            var diagnosis = WorkflowJson.Write(Diagnostician.Diagnose(new(FailureSurface.TokenEndpoint, Start) { Status = 400, Error = "invalid_grant", ErrorCodes = ["50173"] }));
            foreach (var i in Enumerable.Range(0, count))
            {
                var row = new CaseRow
                {
                    Id = $"case-{i}",
                    ConnectionId = ProductHost.ConnectionId,
                    Cause = OperatorAction.Reconnect,
                    Class = $"class-{i}",
                    Diagnosis = diagnosis,
                    OpenedAt = Start.AddMinutes(i),
                };
                change(row, i);
                db.Cases.Add(row);
            }

            return Task.CompletedTask;
        },
        default);
}
