using System.Globalization;
using TeamsWorkflows.Graph;

namespace TeamsWorkflows.Tests.Graph;

/// <summary>A list of Graph is read page by page, as far as it is needed and no further than it is sane.</summary>
public sealed class GraphPagesTests
{
    private readonly List<string?> _read = [];

    [Fact]
    public async Task Pages_are_read_until_it_is_found()
    {
        Assert.Equal("3", await GraphPages.FindAsync(ReadAsync, static item => item == "3"));
        Assert.Equal([null, "1", "2", "3"], _read);
    }

    [Fact]
    public async Task What_is_on_no_page_is_not_found()
    {
        Assert.Null(await GraphPages.FindAsync(ReadAsync, static item => item == "none"));
        Assert.Equal(10, _read.Count);
    }

    [Fact]
    public async Task A_list_without_an_end_is_given_up()
    {
        Assert.Null(await GraphPages.FindAsync<string>(_ => Task.FromResult<(List<string>?, string?)>(([], "again")), static _ => true));
        Assert.Null(await GraphPages.FindAsync<string>(_ => Task.FromResult<(List<string>?, string?)>((null, null)), static _ => true));
    }

    // Ten pages with one item each: its number.
    private Task<(List<string>?, string?)> ReadAsync(string? address)
    {
        _read.Add(address);
        var page = address is null ? 0 : int.Parse(address, CultureInfo.InvariantCulture);
        return Task.FromResult<(List<string>?, string?)>((
            [page.ToString(CultureInfo.InvariantCulture)], page == 9 ? null : (page + 1).ToString(CultureInfo.InvariantCulture)));
    }
}
