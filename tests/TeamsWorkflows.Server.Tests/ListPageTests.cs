using TeamsWorkflows.Server.Console;

namespace TeamsWorkflows.Server.Tests;

/// <summary>Lists that can grow, page by page.</summary>
[Collection(nameof(SharedServer))]
public sealed class ListPageTests(ServerHost host)
{
    private static readonly int[] All = [.. Enumerable.Range(0, 120)];

    [Theory]
    [InlineData(null, 0, 50, true)]
    [InlineData(-7, 0, 50, true)]
    [InlineData(50, 50, 50, true)]
    [InlineData(70, 70, 50, false)]
    [InlineData(100, 100, 20, false)]
    [InlineData(120, 120, 0, false)]
    [InlineData(int.MaxValue, 1_000_000, 0, false)]
    public void A_page_has_fifty_and_knows_whether_there_are_more(int? asked, int skip, int shown, bool hasMore)
    {
        var page = ListPage.Cut(All, asked);
        Assert.Equal((skip, shown, hasMore), (page.Skip, page.Items.Count, page.HasMore));
        Assert.Equal(All.Skip(skip).Take(shown), page.Items);
    }

    [Fact]
    public async Task A_list_leads_to_the_page_before_and_to_the_next()
    {
        var links = await RenderAsync(ListPage.Cut(All, 30));
        Assert.Contains("<a href=\"/schedules?skip=0\">The page before</a>", links, StringComparison.Ordinal);
        Assert.Contains("<a href=\"/schedules?skip=80\">The next page</a>", links, StringComparison.Ordinal);
        Assert.Empty(await RenderAsync(ListPage.Cut(All[..10], null)));
    }

    [Theory]
    [InlineData("/approvals?skip=50")]
    [InlineData("/connections?skip=2147483647")]
    [InlineData("/schedules?skip=-1")]
    public async Task Any_page_of_a_list_is_shown(string path)
    {
        using var person = await ConsoleSession.SignInAsync(host, host.Tenant.Administrator.UserName);
        Assert.Contains("<h1", await person.ReadAsync(path), StringComparison.Ordinal);
    }

    private static async Task<string> RenderAsync(ListPage<int> page)
        => (await Rendered.Async<Pager<int>>((nameof(Pager<int>.Page), page), (nameof(Pager<int>.Path), "/schedules"))).Trim();
}
