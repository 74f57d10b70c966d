using System.Reflection;
using Microsoft.Playwright;
using Relay.EndToEnd.Tests;

namespace Relay.Page.Tests;

/// <summary>Debian's Chromium by Playwright; without either the tests skip and say why.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Browser(IPlaywright playwright, IBrowser browser)
    {
        _playwright = playwright;
        _browser = browser;
    }

    /// <summary>Why there is none; null if there is.</summary>
    public static string? Missing { get; } = FindMissing();

    private static string PackageFolder => Assembly.GetExecutingAssembly()
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(static a => a.Key == "PlaywrightPackage").Value ?? string.Empty;

    public static async Task<Browser> StartAsync()
    {
        Environment.SetEnvironmentVariable("PLAYWRIGHT_DRIVER_SEARCH_PATH", PackageFolder);
        IPlaywright playwright = await Playwright.CreateAsync();
        Assertions.SetDefaultExpectTimeout(60_000);
        IBrowser browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Tool.Find("chromium"),
            Args = Tool.IsRoot ? ["--no-sandbox", "--disable-gpu"] : ["--disable-gpu"],
            Timeout = 90_000,
        });
        return new Browser(playwright, browser);
    }

    /// <summary>A window of its own, without anything of another.</summary>
    public async Task<IPage> OpenAsync(Uri page, int width = 1280, int height = 900, bool dark = false)
    {
        IBrowserContext context = await _browser.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            ReducedMotion = ReducedMotion.Reduce,
        });
        context.SetDefaultTimeout(60_000);
        IPage opened = await context.NewPageAsync();
        await opened.GotoAsync(page.ToString());
        await opened.Locator("body[data-loaded=yes]").WaitForAsync();
        return opened;
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }

    private static string? FindMissing()
    {
        string node = Path.Combine(PackageFolder, ".playwright/node/linux-x64/node");
        return Tool.Find("chromium") is null ? "chromium is not installed (tests/run.sh installs it as root)"
            : File.Exists(node) ? null
            : $"Playwright's driver is not in {PackageFolder}";
    }
}
