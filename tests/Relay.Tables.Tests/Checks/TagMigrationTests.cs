using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Relay.Tables.Access;
using Relay.Tables.Checks;
using static Relay.Tables.Tests.TestTables;

namespace Relay.Tables.Tests.Checks;

public sealed class TagMigrationTests
{
    [Fact]
    public void Relay_gets_connect_and_to_and_other_values_connect_from_and_to()
    {
        Assert.Equal(
            "Connect:a.x RELAY\nTo:a.x RELAY\nConnect:b.x\t550 No, thanks\nFrom:b.x\t550 No, "
                + "thanks\nTo:b.x\t550 No, thanks\n",
            Migrate("a.x RELAY\nb.x\t550 No, thanks\n", 2));
    }

    [Fact]
    public void Addresses_are_clients_and_mailboxes_senders_and_recipients()
    {
        Assert.Equal(
            "Connect:192.168.2 RELAY\nConnect:IPv6:2001:db8 REJECT\nFrom:joe@ REJECT\nTo:joe@ REJECT\n"
                + "Connect:[1.2.3.4] REJECT\nFrom:[1.2.3.4] REJECT\nTo:[1.2.3.4] REJECT\n",
            Migrate("192.168.2 RELAY\nIPv6:2001:db8 REJECT\njoe@ REJECT\n[1.2.3.4] REJECT\n", 4));
    }

    [Fact]
    public void Comments_blank_lines_tagged_entries_and_spelling_stay()
    {
        const string Text = "# access\n\nTo:a.x RELAY\n  odd line\nConnect:10 OK";

        Assert.Equal(Text, Migrate(Text, 0));
        Assert.Equal("Connect:Mixed.X\t ok\nFrom:Mixed.X\t ok\nTo:Mixed.X\t ok", Migrate("Mixed.X\t ok", 1));
    }

    [Fact]
    public void Tagged_entry_that_is_there_wins()
    {
        Assert.Equal(
            "connect:A.x OK\nFrom:a.x REJECT\nTo:a.x REJECT\n", Migrate("connect:A.x OK\na.x REJECT\n", 1));
    }

    [Fact]
    public void Duplicate_that_was_ignored_becomes_a_comment()
    {
        Assert.Equal("Connect:10 OK\n# 10 REJECT\n", Migrate("10 OK\n10 REJECT\n", 2));
    }

    [Fact]
    public void Migrated_table_decides_as_before()
    {
        Gen<string> key = Gen.Elements(
            "a.x", "b.a.x", "x", "10", "10.1", "joe@", "joe@a.x", "[10.1.2.3]", "Connect:a.x", "From:b.a.x", "To:x",
            "Connect:10.1");
        Gen<string> line = key.SelectMany(
            static k => Gen.Elements("OK", "REJECT", "550 no", "DISCARD", "SKIP").Select(v => $"{k} {v}\n"));
        Prop.ForAll(line.ArrayOf().ToArbitrary(), static lines =>
        {
            string text = string.Concat(lines);
            AccessTable before = AccessOf(text, out _);
            AccessTable after = AccessOf(TagMigration.Migrate(text, out _), out _);
            return Answers(before).SequenceEqual(Answers(after));
        }).QuickCheckThrowOnFailure();
    }

    private static IEnumerable<(LookupResult, AccessValueKind)> Answers(AccessTable table)
    {
        AccessHit hit;
        foreach (string name in (string[])["a.x", "b.a.x", "c.b.a.x", "x", "other.example", "[10.1.2.3]"])
        {
            yield return (
                table.FindClient(AccessTag.Connect, Octets(name), IPAddress.Parse("10.1.2.3"), out hit),
                hit.Value.Kind);
            yield return (
                table.FindMailbox(AccessTag.From, "joe+d"u8, Octets(name), userKey: true, out hit), hit.Value.Kind);
            yield return (
                table.FindMailbox(AccessTag.To, "joe"u8, Octets(name), userKey: true, out hit), hit.Value.Kind);
        }
    }

    private static string Migrate(string text, int count)
    {
        string migrated = TagMigration.Migrate(text, out int rewritten);
        Assert.Equal(count, rewritten);
        return migrated;
    }
}
