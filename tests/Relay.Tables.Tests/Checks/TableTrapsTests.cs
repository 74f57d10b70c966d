using Relay.Tables.Addresses;
using Relay.Tables.Aliases;
using Relay.Tables.Checks;
using Relay.Tables.Classes;
using Relay.Tables.Loading;
using Relay.Tables.Mailer;
using static Relay.Tables.Tests.TestTables;

namespace Relay.Tables.Tests.Checks;

public sealed class TableTrapsTests
{
    private static readonly TableSet s_local = new()
    {
        LocalHostNames = ClassTable.Of("local-host-names", "mail.example.com", "local.example"),
    };

    [Fact]
    public void Mailertable_entry_for_a_domain_of_our_own_is_unreachable()
    {
        AssertTrap(
            s_local with { Mailertable = Read("a.x smtp:h.x\nLocal.example smtp:h.x\n", MailerTable.Read) },
            "2 Warning: the entry for local.example is unreachable: the domain is our own (configuration), "
                + "and mail for it "
                + "never asks mailertable");
    }

    [Fact]
    public void Mailertable_entry_that_names_ourselves_is_ignored()
    {
        AssertTrap(
            s_local with { Mailertable = Read("a.x smtp:mail.example.com\n", MailerTable.Read) },
            "1 Warning: mail.example.com is our own name (configuration): the entry is ignored, mail would loop");
    }

    [Theory]
    [InlineData("a.x RELAY", "Connect:a.x, To:a.x")]
    [InlineData("a.x REJECT", "Connect:a.x, From:a.x, To:a.x")]
    [InlineData("10.1 RELAY", "Connect:10.1")]
    [InlineData("joe@a.x REJECT", "From:joe@a.x, To:joe@a.x")]
    public void Untagged_access_key_is_deprecated_and_its_meaning_told(string line, string tags)
    {
        string key = line.Split(' ')[0];
        AssertTrap(
            new TableSet { Access = AccessOf(line + "\n") },
            $"1 Warning: \"{key}\" has no tag, which is deprecated; it stands for {tags}");
    }

    [Fact]
    public void A_letter_of_Srv_Features_that_has_no_effect_is_told()
    {
        AssertTrap(
            new TableSet
            {
                Access = AccessOf("Srv_Features:10.1 l S\nSrv_Features: A E V\nSrv_Features:10.2 l D g2\n"),
            },
            "3 Warning: \"srv_features:10.2\": D, g has no effect here; l, A, E, S and V have");
    }

    [Fact]
    public void Relay_for_one_address_permits_nothing_without_relaytofulladdress()
    {
        var set = new TableSet { Access = AccessOf("To:joe@a.x RELAY\n") };

        AssertTrap(
            set,
            "1 Warning: \"to:joe@a.x\": RELAY for one address permits nothing without relaytofulladdress; expected a "
                + "domain");
        Assert.Empty(TableTraps.Find(set, new TableTrapOptions { RelayToFullAddress = true }));
    }

    [Fact]
    public void Virtusertable_domain_that_is_neither_local_nor_virtual_is_never_looked_up()
    {
        TableSet set = s_local with
        {
            Virtusertable = Read("@local.example joe\njoe@virt.x a\n@sub.virt.x b\n", VirtUserTable.Read),
            VirtHosts = ClassTable.Of("virthosts", "virt.x"),
        };

        AssertTrap(
            set,
            "3 Warning: \"@sub.virt.x\" is never looked up: sub.virt.x is neither in local-host-names nor a "
                + "virtual domain");
        Assert.Empty(TableTraps.Find(set, new TableTrapOptions { VirtUserEntireDomain = true }));
    }

    [Fact]
    public void Genericstable_domain_that_is_neither_local_nor_generic_is_never_looked_up()
    {
        AssertTrap(
            s_local with { Genericstable = Read("joe@local.example a@b\njim a@b\n@c.x a@b\n", GenericsTable.Read) },
            "3 Warning: \"@c.x\" is never looked up: c.x is neither in local-host-names nor a generics domain");
    }

    [Fact]
    public void Domaintable_value_that_is_itself_a_key_is_not_looked_up_again()
    {
        AssertTrap(
            new TableSet { Domaintable = Read("a.x b.x\nb.x c.x\n", DomainTable.Read) },
            "1 Warning: b.x is itself a key (line 2), which is not looked up again: there is one pass");
    }

    [Fact]
    public void Alias_loop_is_told_at_each_of_its_aliases_and_an_alias_that_contains_itself_is_none()
    {
        Assert.Equal(
            [
                "2 Warning: the alias a leads back to itself through others, or is too deep",
                "3 Warning: the alias b leads back to itself through others, or is too deep",
            ],
            Find(s_local with
            {
                Aliases = Read("postmaster: root\na: x, b\nb: a\nself: self, joe\n", AliasTable.Read),
            }));
    }

    [Fact]
    public void Missing_postmaster_missing_include_and_foreign_alias_are_told()
    {
        Assert.Equal(
            [
                "1 Warning: the included file /nowhere/list does not exist: mail for this alias is refused",
                "2 Warning: the alias joe@foreign.x is never looked up: foreign.x is not in local-host-names",
                "0 Warning: there is no alias for postmaster, whose mail must be read (RFC 5321, section 4.5.1)",
            ],
            Find(s_local with
            {
                Aliases = Read("l: :include:/nowhere/list\njoe@foreign.x: a\nj@local.example: b\n", AliasTable.Read),
            }));
    }

    [Fact]
    public void Set_without_traps_is_told_nothing_of()
    {
        Assert.Empty(Find(s_local with
        {
            Access = AccessOf("To:a.x RELAY\nConnect:10 RELAY\nFrom:joe@ REJECT\n"),
            Mailertable = Read("a.x smtp:[192.168.0.1]\n.a.x smtp:h.x\n", MailerTable.Read),
            Aliases = Read("postmaster: joe@a.x\n", AliasTable.Read),
        }));
    }

    private static void AssertTrap(TableSet set, string expected) => Assert.Equal([expected], Find(set));

    private static IEnumerable<string> Find(TableSet set) =>
        TableTraps.Find(set, new TableTrapOptions()).Select(static p => $"{p.Line} {p.Severity}: {p.Text}");
}
