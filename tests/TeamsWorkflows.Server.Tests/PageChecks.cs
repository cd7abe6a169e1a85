using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace TeamsWorkflows.Server.Tests;

/// <summary>What holds for every page.</summary>
internal static class PageChecks
{
    // What passes is not told: on a long page that is most of the work.
    private static readonly AxeRunOptions Options = new() { ResultTypes = [ResultType.Violations] };

    /// <summary>Fails for what axe-core calls serious or critical.</summary>
    public static async Task ExpectAccessibleAsync(IPage page)
    {
        var found = (await page.RunAxe(Options)).Violations.Where(static v => v.Impact is "serious" or "critical")
            .Select(static v => $"{v.Id} ({v.Nodes.Length}): {v.Help}\n{string.Join('\n', v.Nodes.Take(3).Select(static n => $"  {n.Html}"))}").ToArray();
        Assert.True(found.Length == 0, $"{page.Url}\n{string.Join('\n', found)}");
    }

    public static async Task ExpectNoSidewaysScrollAsync(IPage page)
        => Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), page.Url);

    /// <summary>For a person to look at, where the variable <c>SCREENSHOTS</c> names a folder.</summary>
    public static async Task ScreenshotAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("SCREENSHOTS") is { Length: > 0 } folder)
        {
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, name + ".png"), FullPage = true });
        }
    }
}
