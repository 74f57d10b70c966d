using System.Globalization;
using System.Net;
using Microsoft.Playwright;
using Relay.EndToEnd.Tests;
using static Microsoft.Playwright.Assertions;

namespace Relay.Page.Tests;

/// <summary>The relay's page as a browser shows it, and what it does for an administrator.</summary>
public sealed class PageTests(PageFixture fixture) : IClassFixture<PageFixture>
{
    [Fact]
    public async Task It_shows_throughput_the_queue_by_destination_and_the_limits()
    {
        IPage page = await fixture.OpenAsync();
        await Expect(page.Locator("#hostname")).ToHaveTextAsync("relay.test");
        await Expect(page.Locator("#state")).ToHaveTextAsync("taking mail");
        await Expect(page.Locator("#legend li").Filter(new() { HasText = "delivered" })).Not.ToHaveTextAsync(
            "delivered 0");
        await Expect(page.Locator("#plot svg path.accepted").First).ToBeVisibleAsync();
        string lines = string.Join(
            ' ', await page.Locator("#plot path").EvaluateAllAsync<string[]>("all => all.map(p => p.getAttribute('d'))"));
        Assert.DoesNotContain("NaN", lines, StringComparison.Ordinal);
        ILocator down = page.Locator("#destinations tbody tr").Filter(new() { HasText = "127.0.0.1" });
        await Expect(down.First).ToBeVisibleAsync();
        await Expect(page.Locator("#destinations")).ToContainTextAsync("Mailbox full, try again later");
        await Expect(page.Locator("#destinations")).ToContainTextAsync("Connection refused");
        await Expect(page.Locator("#throttles")).ToContainTextAsync("sessions at once");
        await page.ClickAsync("[data-span=minute]");
        await Expect(page.Locator("[data-span=minute]")).ToHaveAttributeAsync("aria-pressed", "true");
        await Expect(page.Locator("#plot")).ToContainTextAsync("-60 s");
    }

    [Fact]
    public async Task The_queue_is_searched_by_address_id_and_state()
    {
        string id = await fixture.SendAsync("finder@shop.example", "late-found@example.org");
        await fixture.WaitDeferredAsync(id);
        IPage page = await fixture.OpenAsync();
        ILocator rows = page.Locator("#messages tbody tr");
        foreach (string text in new[] { "finder@shop", "LATE-FOUND@example.org", id })
        {
            await SearchAsync(page, text);
            await Expect(rows).ToHaveCountAsync(1);
            await Expect(rows).ToContainTextAsync(id);
            await Expect(rows).ToContainTextAsync("<finder@shop.example>");
        }

        await page.SelectOptionAsync("#wanted-state", "Held");
        await Expect(rows).ToHaveCountAsync(0);
        await Expect(page.Locator("#no-messages")).ToBeVisibleAsync();
        await page.SelectOptionAsync("#wanted-state", string.Empty);
        await Expect(rows).ToHaveCountAsync(1);
        await rows.GetByRole(AriaRole.Button, new() { Name = "Trace" }).ClickAsync();
        await Expect(page.Locator("#trace")).ToContainTextAsync("accepted");
        await Expect(page.Locator("#trace")).ToContainTextAsync("451 4.2.2 Mailbox full, try again later");
    }

    [Fact]
    public async Task An_administrator_holds_releases_attempts_flushes_and_deletes()
    {
        string id = await fixture.SendAsync("owner@shop.example", "late-owned@example.org");
        await fixture.WaitDeferredAsync(id);
        IPage page = await fixture.UnlockAsync();
        await SearchAsync(page, id);
        ILocator row = page.Locator("#messages tbody tr");
        await Expect(row).ToHaveCountAsync(1);
        await row.GetByRole(AriaRole.Button, new() { Name = "Hold" }).ClickAsync();
        await Expect(row).ToContainTextAsync("held");
        await row.GetByRole(AriaRole.Button, new() { Name = "Release" }).ClickAsync();
        await Expect(row.GetByRole(AriaRole.Button, new() { Name = "Hold" })).ToBeVisibleAsync();
        await fixture.WaitDeferredAsync(id);
        await SearchAsync(page, id);
        await row.GetByRole(AriaRole.Button, new() { Name = "Attempt" }).ClickAsync();
        await Expect(page.Locator("#toast")).ToHaveTextAsync($"{id} is attempted now");

        await page.ClickAsync("#flush-all");
        await page.ClickAsync("#confirm-ok");
        await Expect(page.Locator("#toast")).ToContainTextAsync("messages are attempted now");

        await row.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await page.Locator("#confirm-dialog button[value=cancel]").ClickAsync();
        await SearchAsync(page, id);
        await Expect(row).ToHaveCountAsync(1); // said no
        await row.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await page.ClickAsync("#confirm-ok");
        await Expect(page.Locator("#toast")).ToHaveTextAsync($"{id} is deleted");
        await Expect(row).ToHaveCountAsync(0);
        Assert.DoesNotContain(id, (await fixture.Relay.QueueAsync("list")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_token_it_only_shows_and_a_wrong_one_changes_nothing()
    {
        string id = await fixture.SendAsync("keeper@shop.example", "late-kept@example.org");
        await fixture.WaitDeferredAsync(id);
        IPage page = await fixture.OpenAsync();
        await SearchAsync(page, id);
        ILocator row = page.Locator("#messages tbody tr");
        await Expect(row).ToHaveCountAsync(1);
        await Expect(row.GetByRole(AriaRole.Button, new() { Name = "Delete" })).ToHaveCountAsync(0);
        await Expect(page.Locator("#flush-all")).ToBeHiddenAsync();

        IPage wrong = await fixture.UnlockAsync("a-wrong-token-of-many-characters");
        await SearchAsync(wrong, id);
        row = wrong.Locator("#messages tbody tr");
        await Expect(row).ToHaveCountAsync(1);
        await row.GetByRole(AriaRole.Button, new() { Name = "Hold" }).ClickAsync();
        await Expect(wrong.Locator("#toast")).ToHaveTextAsync("the administrator's token is wrong or missing");
        await wrong.Locator("body[data-admin=no]").WaitForAsync(); // forgotten
        await SearchAsync(wrong, id);
        await Expect(row).ToHaveCountAsync(1);
        await Expect(row).ToContainTextAsync("deferred");
    }

    [Fact]
    public async Task A_page_of_another_site_changes_nothing_in_the_browser_of_an_administrator()
    {
        string id = await fixture.SendAsync("victim@shop.example", "late-victim@example.org");
        await fixture.WaitDeferredAsync(id);
        IPage administrator = await fixture.UnlockAsync();
        await using ForeignSite site = await ForeignSite.StartAsync($"{fixture.Url}api/delete?id={id}");
        IPage foreign = await administrator.Context.NewPageAsync(); // the same browser profile
        await foreign.GotoAsync(site.Url.ToString());
        await foreign.Locator("body[data-done]").WaitForAsync();
        Assert.Equal("refused", await foreign.Locator("body").GetAttributeAsync("data-done"));
        IResponse answer = await foreign.RunAndWaitForResponseAsync(
            () => foreign.ClickAsync("#send"),
            static response => response.Url.Contains("/api/delete", StringComparison.Ordinal));
        Assert.Equal((int)HttpStatusCode.Unauthorized, answer.Status);
        Assert.Contains(id, (await fixture.Relay.QueueAsync("list")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_mail_brings_is_shown_as_text_and_never_runs()
    {
        IPage page = await fixture.OpenAsync();
        var dialogs = new List<string>();
        page.Dialog += (_, dialog) => dialogs.Add(dialog.Message);
        await SearchAsync(page, "someone@hostile.example");
        ILocator row = page.Locator("#messages tbody tr");
        await Expect(row).ToHaveCountAsync(1);
        await Expect(row).ToContainTextAsync("<img src=x onerror=window.owned=3>");
        await row.GetByRole(AriaRole.Button, new() { Name = "Trace" }).ClickAsync();
        await Expect(page.Locator("#trace")).ToContainTextAsync("<script>window.owned=1</script>");
        await Expect(page.Locator("#trace")).ToContainTextAsync("&lt;b&gt;later"); // not taken for an entity either
        await Expect(page.Locator("#trace")).ToContainTextAsync("<img src=x onerror=window.owned=3>");
        await SearchAsync(page, "<script>window.owned=5</script>");
        await Expect(page.Locator("#no-messages")).ToBeVisibleAsync();
        Assert.True(await page.EvaluateAsync<bool>("() => window.owned === undefined"));
        Assert.Equal(0, await page.Locator("img[src=x]").CountAsync());
        Assert.Equal(1, await page.Locator("script").CountAsync());
        Assert.Empty(dialogs);
    }

    [Theory]
    [InlineData(1280, false)]
    [InlineData(1280, true)]
    [InlineData(420, false)]
    [InlineData(420, true)]
    public async Task It_fits_wide_and_narrow_windows_in_light_and_dark(int width, bool dark)
    {
        IPage page = await fixture.OpenAsync(width, dark: dark);
        await Expect(page.Locator("#destinations")).ToContainTextAsync("Mailbox full");
        await page.FillAsync("#trace-text", "late0@example.org");
        await page.ClickAsync("#trace-form button");
        await Expect(page.Locator("#trace li").First).ToBeVisibleAsync();
        string name = string.Create(CultureInfo.InvariantCulture, $"page-{width}-{(dark ? "dark" : "light")}.png");
        string folder = Path.Combine(Tool.Repository, "artifacts/screenshots");
        await page.ScreenshotAsync(new() { Path = Path.Combine(folder, name), FullPage = true });

        Assert.True(await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth") <= width);
        string ground = await page.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor");
        Assert.Equal(dark ? "rgb(15, 20, 26)" : "rgb(244, 246, 249)", ground);
        string outside = await page.EvaluateAsync<string>("""
            () => {
              const out = [];
              for (const card of document.querySelectorAll('.card, .tile, header')) {
                const box = card.getBoundingClientRect();
                for (const each of card.querySelectorAll('*')) {
                  const inner = each.getBoundingClientRect();
                  const scrolls = each.closest('.scroll') !== null;
                  if (inner.width > 0 && !scrolls && (inner.left < box.left || inner.right > box.right + 1)) {
                    out.push(each.tagName + ' ' + each.textContent.slice(0, 20));
                  }
                }
              }
              return out.join('; ');
            }
            """);
        Assert.Equal(string.Empty, outside);
    }

    private static async Task SearchAsync(IPage page, string text)
    {
        string asked = Uri.EscapeDataString(text);
        await page.FillAsync("#text", text);
        await page.RunAndWaitForResponseAsync(
            () => page.ClickAsync("#search button[type=submit]"),
            response => response.Url.Contains("/api/queue", StringComparison.Ordinal)
                && response.Url.Contains(asked, StringComparison.Ordinal)); // not the answer to an older question
    }
}
