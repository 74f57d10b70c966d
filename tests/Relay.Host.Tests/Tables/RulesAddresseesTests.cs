using System.Text;
using Relay.Host.Tables;

namespace Relay.Host.Tests.Tables;

/// <summary>Notifications go where mail to their addressee would.</summary>
public sealed class RulesAddresseesTests
{
    [Theory]
    [InlineData("root@relay.example", "admin@elsewhere.example")]
    [InlineData("ROOT@Relay.Example", "admin@elsewhere.example")]
    [InlineData("root", "admin@elsewhere.example")]
    [InlineData("postmaster", "admin@elsewhere.example")]
    [InlineData("postmaster@relay.example", "admin@elsewhere.example")]
    [InlineData("team@relay.example", "a@one.example b@two.example")]
    [InlineData("info@virtual.example", "boss@elsewhere.example")]
    [InlineData("u@elsewhere.example", "u@elsewhere.example")]
    [InlineData("u@old.example", "u@new.example")]
    public async Task Addressee_is_resolved_as_any_recipient_is(string address, string final) =>
        Assert.Equal(final, await ResolveAsync(address, "root: admin@elsewhere.example\npostmaster: root\n"));

    [Fact]
    public async Task Lists_owner_does_not_take_the_null_reverse_paths_place() =>
        Assert.Equal(
            "a@one.example",
            await ResolveAsync("list@relay.example", "list: a@one.example\nowner-list: boss@one.example\n"));

    [Theory]
    [InlineData("nobody@relay.example", "")]
    [InlineData("a@relay.example", "a: b\nb: a\n")]
    [InlineData("a@relay.example", "a: \"|/bin/program\"\n")]
    [InlineData("info@blocked.example", "")]
    public async Task Addressee_that_leads_nowhere_stands_for_itself_and_fails_at_delivery(
        string address, string aliases) =>
        Assert.Equal(address, await ResolveAsync(address, aliases));

    [Fact]
    public async Task Addressee_whose_mail_is_dropped_is_nobody() =>
        Assert.Equal(string.Empty, await ResolveAsync("noreply@relay.example", "noreply: /dev/null\n"));

    [Theory]
    [InlineData("", "")]
    [InlineData("admin@elsewhere.example", "postmaster")]
    [InlineData("root@relay.example", "postmaster")]
    public async Task Postmaster_without_an_alias_is_the_one_in_the_options_or_nobody(string option, string final) =>
        Assert.Equal(final, await ResolveAsync("postmaster", string.Empty, $"postmaster={option}"));

    [Fact]
    public async Task Postmaster_in_the_options_may_be_an_alias() =>
        Assert.Equal(
            "admin@elsewhere.example",
            await ResolveAsync(
                "postmaster", "root: admin@elsewhere.example\n", "postmaster=root@relay.example"));

    private static async Task<string> ResolveAsync(string address, string aliases, params string[] settings)
    {
        using TableFolder folder = new TableFolder()
            .With("aliases", aliases + "team: a@one.example, b@two.example\n")
            .With("virtusertable", "info@virtual.example boss@elsewhere.example\n")
            .With("domaintable", "old.example new.example\n")
            .With("mailertable", "blocked.example error:5.7.1:550 no\n");
        var addressees = new RulesAddressees(folder.Rules(["tables.virtUserDomains=virtual.example", .. settings]).Holder);
        IReadOnlyList<ReadOnlyMemory<byte>> found = await addressees.ResolveAsync(
            Encoding.UTF8.GetBytes(address), TestContext.Current.CancellationToken);
        return string.Join(' ', found.Select(static a => Encoding.UTF8.GetString(a.Span)));
    }
}
