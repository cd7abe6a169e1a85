using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace TeamsWorkflows.Server.Tests;

/// <summary>The machine's own Chromium, headless; nothing is downloaded.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private static readonly TimeSpan SignInLimit = TimeSpan.FromSeconds(30);

    // One for all tests, as long as they run: a start takes seconds. What a test sees is in profiles of its own.
    private static readonly SemaphoreSlim Launching = new(1, 1);
    private static IBrowser? _chromium;

    private readonly ConcurrentQueue<IPage> _pages = new();
    private readonly IBrowser _browser;

    private Browser(IBrowser browser) => _browser = browser;

    public static async Task<Browser> StartAsync()
    {
        await Launching.WaitAsync();
        try
        {
            if (_chromium is not { IsConnected: true })
            {
                _chromium = await LaunchAsync(); // the first, or the one before is gone
            }

            return new(_chromium);
        }
        finally
        {
            Launching.Release();
        }
    }

    private static async Task<IBrowser> LaunchAsync() => await (await Playwright.CreateAsync()).Chromium.LaunchAsync(new BrowserTypeLaunchOptions
    {
        ExecutablePath = "/usr/bin/chromium",
        Args =
        [
            "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync",
        ],
    });

    /// <summary>Opens a page in a profile of its own, and fails the test for what a script or a policy complains about.</summary>
    public async Task<IPage> OpenAsync(ICollection<string> complaints, int width = 1440, bool isDark = false)
    {
        var page = await _browser.NewPageAsync(new BrowserNewPageOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = 900 },
            ColorScheme = isDark ? ColorScheme.Dark : ColorScheme.Light,
        });
        _pages.Enqueue(page);
        page.SetDefaultTimeout((float)ServerHost.Patience.TotalMilliseconds);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                complaints.Add($"{message.Type}: {message.Text}");
            }
        };
        page.PageError += (_, error) => complaints.Add(error);
        return page;
    }

    /// <summary>Signs somebody in to the console; where that does not lead to its first page, says where instead, and what stands there.</summary>
    public static async Task SignInAsync(IPage page, Uri console, string username)
    {
        await page.GotoAsync(console.AbsoluteUri);
        await page.GetByRole(AriaRole.Button, new() { Name = username }).First.ClickAsync();
        try
        {
            await page.WaitForURLAsync(console.AbsoluteUri, new() { WaitUntil = WaitUntilState.DOMContentLoaded, Timeout = (float)SignInLimit.TotalMilliseconds });
        }
        catch (TimeoutException)
        {
            Assert.Fail($"The sign-in ended at {page.Url}, which says: {await page.Locator("body").InnerTextAsync(new() { Timeout = 1_000 })}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var page in _pages.Where(static p => !p.IsClosed))
        {
            await page.CloseAsync(); // its profile goes with it
        }
    }
}
