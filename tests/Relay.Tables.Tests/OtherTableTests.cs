using System.Net;
using Relay.Tables.Access;
using Relay.Tables.Addresses;
using Relay.Tables.Aliases;
using Relay.Tables.Mailer;
using static Relay.Tables.Tests.TestTables;

namespace Relay.Tables.Tests;

/// <summary>The typed tables over something else than a text file: the seam for directories and databases.</summary>
public sealed class OtherTableTests
{
    [Fact]
    public void Access_values_are_parsed_at_the_look_up()
    {
        var table = new AccessTable(new OtherTable(
            LookupResult.NotFound, ("from:a.x", "ERROR:5.7.1:550 No"), ("10.1", "RELAY"), ("b.x", "SKIP")));

        table.FindName(AccessTag.From, "sub.a.x"u8, exact: false, out AccessHit hit);
        Assert.Equal((550, "5.7.1", "ldap"), (hit.Value.Reply.Code, Show(hit.Value.Reply.Status), hit.Entry.File));
        Assert.Equal(LookupResult.Found, table.FindAddress(AccessTag.Connect, IPAddress.Parse("10.1.2.3"), out _));
        Assert.Equal(LookupResult.NotFound, table.FindName(AccessTag.To, "b.x"u8, exact: false, out _));
    }

    [Fact]
    public void Value_that_cannot_be_understood_is_a_temporary_failure()
    {
        Assert.Equal(
            LookupResult.TemporaryFailure,
            new AccessTable(new OtherTable(LookupResult.NotFound, ("a.x", "ACCEPT")))
                .FindName(AccessTag.To, "a.x"u8, exact: false, out _));
        Assert.Equal(
            LookupResult.TemporaryFailure,
            new MailerTable(new OtherTable(LookupResult.NotFound, ("a.x", "xnet:h"))).Find("a.x"u8, out _));
        Assert.Equal(
            LookupResult.TemporaryFailure,
            new AliasTable(new OtherTable(LookupResult.NotFound, ("joe", "a b"))).Find("joe"u8, default, out _));
    }

    [Fact]
    public void Temporary_failure_ends_every_walk_as_one()
    {
        var table = new OtherTable(LookupResult.TemporaryFailure);
        var access = new AccessTable(table);

        Assert.All(
            [
                access.FindName(AccessTag.From, "a.b.c"u8, exact: false, out _),
                access.FindAddress(AccessTag.Connect, IPAddress.Loopback, out _),
                access.FindClient(AccessTag.GreetPause, default, IPAddress.IPv6Loopback, out _),
                access.FindMailbox(AccessTag.To, "joe+x"u8, "a.x"u8, userKey: true, out _),
                access.FindExact(AccessTag.AuthInfo, default, out _),
                new MailerTable(table).Find("a.b.c"u8, out _),
                new VirtUserTable(table).Find("joe+x"u8, "a.x"u8, out _),
                new DomainTable(table).Find("a.x"u8, out _),
                new GenericsTable(table).Find("joe+x"u8, "a.x"u8, out _),
                new AliasTable(table).Find("joe+x"u8, "a.x"u8, out _),
                new AliasTable(table).FindOwner("joe"u8, out _),
            ],
            static result => Assert.Equal(LookupResult.TemporaryFailure, result));
    }

    [Fact]
    public void Targets_and_aliases_are_parsed_at_the_look_up()
    {
        new MailerTable(new OtherTable(LookupResult.NotFound, (".a.x", "smtp:%1.b.x")))
            .Find("c.a.x"u8, out MailerHit to);
        new AliasTable(new OtherTable(LookupResult.NotFound, ("joe", "a, b")))
            .Find("joe"u8, default, out AliasHit hit);

        Assert.Equal("smtp:c.b.x:25", to.Target.Name);
        Assert.Equal(2, hit.Targets.Length);
    }
}
