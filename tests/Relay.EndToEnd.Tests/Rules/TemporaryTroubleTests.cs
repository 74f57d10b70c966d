using Relay.EndToEnd.Tests.Seeds;
using Relay.Tables.Access;
using Relay.Tables.Addresses;
using Relay.Tables.Aliases;
using Relay.Tables.Mailer;
using Relay.Testing;

namespace Relay.EndToEnd.Tests.Rules;

/// <summary>
/// Tables and lists that cannot be asked now: clients hear a 451 and come again (Sendmail: op.me, K -T and aliases(5)).
/// </summary>
public sealed class TemporaryTroubleTests
{
    private const string Client = "127.66.0.1";
    private const string Friend = "127.66.0.7";
    private const string Trouble = "451 4.3.0 Temporary system failure. Please try again later.";
    private const string Denied = "550 5.7.1 <a@far.example>... Relaying denied. IP name lookup failed [127.66.0.1]";

    [Fact]
    public async Task TMPF_of_access_at_the_connection_is_451_to_every_command_that_moves_mail()
    {
        await using RelayOnTables relay = await AccessAsync(new TroubledTable("access").Without($"connect:{Client}"));
        await using SeedClient client = await relay.ConnectAsync(Client);
        Assert.StartsWith("220 ", client.Greeting, StringComparison.Ordinal);
        Assert.Equal(Trouble, await client.SayAsync($"MAIL FROM:<{RuleWorld.Sender}>"));
        Assert.Equal(Trouble, await client.SayAsync("RCPT TO:<postmaster>"));
        Assert.Equal(Denied.Replace("0.1", "0.2", StringComparison.Ordinal),
            await relay.OfferAsync("127.66.0.2", "a@far.example"));
    }

    [Theory]
    [InlineData("from:a@slow.example")]
    [InlineData("from:a@")]
    [InlineData("slow.example")]
    public async Task TMPF_of_access_at_MAIL_is_451_until_the_table_answers(string key)
    {
        TroubledTable access = new TroubledTable("access").Without(key, "REJECT");
        await using RelayOnTables relay = await AccessAsync(access);
        await using SeedClient client = await relay.ConnectAsync(Client);
        Assert.Equal(Trouble, await client.SayAsync("MAIL FROM:<a@slow.example>"));
        Assert.Equal(Denied, await client.OfferAsync("b@other.example", "a@far.example"));
        access.Recover();
        Assert.Equal(
            "550 5.7.1 <a@slow.example>... Access denied", await client.OfferAsync("a@slow.example", "a@far.example"));
    }

    [Fact]
    public async Task TMPF_of_access_at_RCPT_is_451_for_the_blocklist_whoever_may_relay()
    {
        await using RelayOnTables relay = await AccessAsync(
            new TroubledTable("access").Without("to:box@open.example").With("to:open.example", "RELAY"),
            "access.blocklistRecipients=true");
        Assert.Equal(Trouble, await relay.OfferAsync(Client, "box@open.example"));
        Assert.Equal(Trouble, await relay.OfferAsync("127.0.0.1", "box@open.example"));
        Assert.StartsWith("250 2.1.5 ", await relay.OfferAsync(Client, "a@open.example"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TMPF_of_access_at_the_relay_steps_is_remembered_and_RELAY_by_another_step_still_wins()
    {
        TroubledTable access = new TroubledTable("access")
            .Without("to:slow.example", "RELAY").With($"connect:{Friend}", "RELAY");
        await using RelayOnTables relay = await AccessAsync(access);
        Assert.Equal(Trouble, await relay.OfferAsync(Client, "a@slow.example"));
        Assert.Equal(Trouble, await relay.OfferAsync(Client, "a@sub.slow.example"));
        Assert.Equal(Denied, await relay.OfferAsync(Client, "a@far.example"));
        Assert.StartsWith("250 2.1.5 ", await relay.OfferAsync(Friend, "a@slow.example"), StringComparison.Ordinal);
        access.Recover();
        Assert.StartsWith("250 2.1.5 ", await relay.OfferAsync(Client, "a@slow.example"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("virtusertable", "v@relay.example", "v@relay.example")]
    [InlineData("aliases", "fred", "fred@relay.example")]
    [InlineData("mailertable", "slow.example", "a@slow.example")]
    public async Task TMPF_of_another_table_is_451_at_RCPT_until_the_table_answers(
        string name, string key, string recipient)
    {
        TroubledTable table = new TroubledTable(name)
            .Without(key, name == "mailertable" ? "smtp:[127.0.0.9]" : "a@far.example");
        await using RelayOnTables relay = await RelayOnTables.StartAsync(tables => name switch
        {
            "virtusertable" => tables with { Virtusertable = new VirtUserTable(table) },
            "aliases" => tables with { Aliases = new AliasTable(table) },
            _ => tables with { Mailertable = new MailerTable(table) },
        });
        Assert.Equal(Trouble, await relay.OfferAsync("127.0.0.1", recipient));
        table.Recover();
        Assert.Equal($"250 2.1.5 <{recipient}>... Recipient ok", await relay.OfferAsync("127.0.0.1", recipient));
    }

    [Fact]
    public async Task An_included_list_in_transient_trouble_is_451_4_2_4_for_its_whole_alias_and_taken_when_it_is_over()
    {
        await using var world = new SeedWorld();
        ScriptedMailExchanger host = world.Host("127.0.0.71");
        string list = Path.Combine(world.Mail, "list");
        File.CreateSymbolicLink(list, "/proc/self/mem"); // whose first octets nobody can read: EIO
        world.Table("aliases", $"team: first@far.example, :include:{list}\n");
        await world.ServeAsync(RuleWorld.HostName, "smartHost=[127.0.0.71]");
        Assert.StartsWith(
            $"451 4.2.4 Cannot open {list}: ", await world.AskAsync("127.0.0.1", "team"), StringComparison.Ordinal);

        File.Delete(list);
        world.Table("list", "second@far.example\n");
        await world.SendAsync("127.0.0.1", "team");
        Assert.Equal(["first@far.example", "second@far.example"], await world.RecipientsAtAsync(host, 2));
    }

    [Fact]
    public async Task An_included_list_that_can_never_be_opened_is_550()
    {
        await using var world = new SeedWorld();
        string turning = Path.Combine(world.Mail, "turning");
        File.CreateSymbolicLink(turning, turning);
        string[] lists = [turning, $"/{new string('x', 300)}", world.Mail];
        world.Table("aliases", string.Concat(lists.Select(static (list, i) => $"team{i}: :include:{list}\n")));
        await world.ServeAsync(RuleWorld.HostName);
        for (int i = 0; i < lists.Length; i++)
        {
            Assert.StartsWith(
                $"550 5.2.4 <team{i}>... Cannot open {lists[i]}: ", await world.AskAsync("127.0.0.1", $"team{i}"),
                StringComparison.Ordinal);
        }
    }

    private static Task<RelayOnTables> AccessAsync(TroubledTable access, params string[] options) =>
        RelayOnTables.StartAsync(tables => tables with { Access = new AccessTable(access) }, options);
}
