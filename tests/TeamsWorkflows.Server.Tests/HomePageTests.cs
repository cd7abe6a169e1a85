using TeamsWorkflows.Connections.Forecast;
using TeamsWorkflows.Server.Console;

namespace TeamsWorkflows.Server.Tests;

/// <summary>The home page's dates, whatever there is to end.</summary>
public sealed class HomePageTests
{
    public static TheoryData<ExpiryKind> Kinds => [.. Enum.GetValues<ExpiryKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    [Trait("Requirement", "R61")]
    public async Task Whatever_ends_is_named(ExpiryKind kind)
    {
        var page = await RenderAsync(new Expiry("finance-posts", kind, DateTimeOffset.UtcNow.AddDays(12), NeedsPerson: true, "Because.", "Do."));

        Assert.Contains($"{System.Net.WebUtility.HtmlEncode(ExpiryCalendar.Words(kind))}, finance-posts", page, StringComparison.Ordinal);
        Assert.Contains("in 11 days", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(89, "badge grey")]
    [InlineData(31, "badge grey")]
    [InlineData(30, "badge amber")]
    [InlineData(1, "badge amber")]
    public async Task A_date_is_of_a_colour_when_it_is_time_to_act(int days, string badge)
    {
        var page = await RenderAsync(new Expiry("finance-posts", ExpiryKind.ClientSecret, DateTimeOffset.UtcNow.AddDays(days).AddHours(-1), NeedsPerson: true, "Because.", "Do."));
        Assert.Contains($"<span class=\"{badge}\"><span class=\"icon\" aria-hidden=\"true\">{(badge.EndsWith("amber", StringComparison.Ordinal) ? '!' : '–')}</span>", System.Net.WebUtility.HtmlDecode(page), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10, 10, "")]
    [InlineData(12, 10, "2 more")]
    public async Task What_ends_soon_is_listed_up_to_a_bound_and_the_rest_is_counted(int count, int listed, string rest)
    {
        var page = await Rendered.Async<ConnectionsPage>(
            (nameof(ConnectionsPage.Connections), ListPage.Cut(Array.Empty<Connections.Connection>(), null)),
            (nameof(ConnectionsPage.Ending), Enumerable.Range(1, count)
                .Select(static i => new Expiry($"posts-{i}", ExpiryKind.ClientSecret, DateTimeOffset.UtcNow.AddDays(i), NeedsPerson: true, "Because.", "Do.")).ToArray()));

        Assert.Equal(listed, Enumerable.Range(1, count).Count(i => page.Contains($"<code>posts-{i}</code>", StringComparison.Ordinal)));
        Assert.Equal(rest.Length > 0, page.Contains("more", StringComparison.Ordinal));
        Assert.Contains(rest, page, StringComparison.Ordinal);
    }

    private static Task<string> RenderAsync(Expiry expiry) => Rendered.Async<HomePage>(
        (nameof(HomePage.Cases), Array.Empty<Cases.Case>()),
        (nameof(HomePage.OpenCases), 0),
        (nameof(HomePage.Approvals), Array.Empty<Approvals.Approval>()),
        (nameof(HomePage.Today), new DayOfDeliveries(DateTimeOffset.UtcNow, [])),
        (nameof(HomePage.Connections), new ConnectionsAtAGlance(new Dictionary<Connections.ConnectionState, int>(), [], new Dictionary<string, string>(StringComparer.Ordinal))),
        (nameof(HomePage.Expiries), new[] { expiry }),
        (nameof(HomePage.Next), Array.Empty<Schedules.NextOccurrence>()));
}
