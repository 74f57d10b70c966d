using System.Net;
using Relay.Tables.Access;
using Relay.Tables.Addresses;
using Relay.Tables.Aliases;
using Relay.Tables.Classes;
using Relay.Tables.Mailer;
using static Relay.Tables.Tests.TestTables;

namespace Relay.Tables.Tests;

/// <summary>
/// The tables that the articles on Sendmail as a relay print, line for line: "Sendmail relay on AIX", "Setting up a
/// Sendmail server", "Setup a relay host with Sendmail".
/// </summary>
public sealed class SeedTablesTests
{
    [Fact]
    public void Access_of_the_aix_relay_loads_with_one_note_and_permits_what_it_lists()
    {
        AccessTable table = AccessOf(
            "To:targetdomain1.com  RELAY\nTo:targetdomain2.com  RELAY\nTo:targetdomain3.com  RELAY\n"
                + "192.168.0.    RELAY\n192.168.1.1   RELAY\n192.168.1.2   RELAY\n",
            out IReadOnlyList<TableProblem> problems);

        Assert.Equal(TableSeverity.Note, Assert.Single(problems).Severity);
        foreach (string address in (string[])["192.168.0.1", "192.168.0.254", "192.168.1.1", "192.168.1.2"])
        {
            table.FindAddress(AccessTag.Connect, IPAddress.Parse(address), out AccessHit hit);
            Assert.Equal(AccessValueKind.Relay, hit.Value.Kind);
        }

        Assert.Equal(
            LookupResult.NotFound, table.FindAddress(AccessTag.Connect, IPAddress.Parse("192.168.1.3"), out _));
        Assert.Equal(LookupResult.Found, table.FindName(AccessTag.To, "targetdomain2.com"u8, exact: true, out _));
        Assert.Equal(
            LookupResult.NotFound, table.FindName(AccessTag.To, "sub.targetdomain1.com"u8, exact: true, out _));
    }

    [Fact]
    public void Mailertable_of_the_aix_relay_loads_and_routes()
    {
        MailerTable table = Read(
            "targetdomain1.com          smtp:targethost1.example.com\n"
                + "targetdomain2.com          smtp:targethost2.test.net\n"
                + "targetdomain3.com          smtp:[192.168.0.1]\n",
            MailerTable.Read);

        table.Find("targetdomain1.com"u8, out MailerHit one);
        table.Find("targetdomain3.com"u8, out MailerHit three);
        Assert.Equal("smtp:targethost1.example.com:25", one.Target.Name);
        Assert.True(one.Target.Hosts[0].UseMx);
        Assert.Equal(new MailerHost("192.168.0.1", 25, UseMx: false, 0), Assert.Single(three.Target.Hosts));
    }

    [Fact]
    public void Access_of_the_sendmail_server_takes_its_merged_line_as_relay_with_a_warning()
    {
        AccessTable table = AccessOf(
            "localhost.localdomain RELAY\n192.168.2 RELAY RELAY\n", out IReadOnlyList<TableProblem> problems);

        Assert.Equal("2 Warning: \"RELAY RELAY\" is taken as the one keyword that it repeats", Only(problems));
        table.FindAddress(AccessTag.Connect, IPAddress.Parse("192.168.2.77"), out AccessHit hit);
        Assert.Equal(AccessValueKind.Relay, hit.Value.Kind);
    }

    [Fact]
    public void Virtusertable_of_the_sendmail_server_finds_users_lists_and_the_catch_all()
    {
        VirtUserTable table = Read(
            "webmaster@another-site.com   webmasters\n@another-site.com marc\nsales@my-site.com "
                + "sales@another-site.com\n"
                + "paul@my-site.com paul\nfinance@my-site.com paul\n@my-site.com error:nouser User unknown\n",
            VirtUserTable.Read,
            out IReadOnlyList<TableProblem> problems);

        Assert.Equal("6 Warning: the text has no reply code: it refuses with 553", Only(problems));
        Assert.Equal("webmasters", Target("webmaster", "another-site.com"));
        Assert.Equal("marc", Target("anyone", "another-site.com"));
        Assert.Equal("sales@another-site.com", Target("sales", "my-site.com"));
        Assert.Equal("553 5.3.0 User unknown", Target("nobody", "my-site.com"));

        string Target(string localPart, string domain)
        {
            Assert.Equal(LookupResult.Found, table.Find(Octets(localPart), Octets(domain), out AddressHit hit));
            return hit.IsError
                ? $"{hit.Reply.Code} {Show(hit.Reply.Status)} {Show(hit.Reply.Text)}"
                : Show(hit.Expand(Octets(localPart)));
        }
    }

    [Fact]
    public void Aliases_of_the_sendmail_server_load_without_a_problem()
    {
        AliasTable table = Read(
            "# Basic system aliases -- these MUST be present.\nmailer-daemon: postmaster\npostmaster: root\n\n"
                + "# General redirections for pseudo accounts.\nbin: root\ndaemon: root\nabuse: root\n\n"
                + "# trap decode to catch security attacks\ndecode: root\n\n# Person who should get root's mail\n"
                + "root: marc,\n\n# Directors of my SOHO company\ndirectors: peter,paul,mary\n"
                + "# My mailing list file\nadmin-list: \":include:/home/mailings/admin-list\"\n",
            AliasTable.Read);

        Assert.Equal(9, table.Count);
        table.Find("root"u8, default, out AliasHit root);
        Assert.Equal("marc", Show(Assert.Single(root.Targets.ToArray()).Text));
        table.Find("admin-list"u8, default, out AliasHit list);
        Assert.Equal("/home/mailings/admin-list", Show(Assert.Single(list.Targets.ToArray()).Text));
    }

    [Fact]
    public void Access_of_the_relay_host_refuses_spammers_but_not_the_host_below_them()
    {
        AccessTable table = AccessOf(
            "cyberspammer.com\t550 We don't accept mail from spammers\nokay.cyberspammer.com\tOK\nsendmail.org\tOK\n"
                + "128.32\t\tRELAY\nlocalhost RELAY RELAY\n",
            out IReadOnlyList<TableProblem> problems);

        Assert.Equal(TableSeverity.Warning, Assert.Single(problems).Severity);
        table.FindMailbox(AccessTag.From, "joe"u8, "mail.cyberspammer.com"u8, userKey: true, out AccessHit spam);
        Assert.Equal("550 5.0.0 We don't accept mail from spammers", Reply(spam));
        table.FindName(AccessTag.Connect, "a.okay.cyberspammer.com"u8, exact: false, out AccessHit okay);
        Assert.Equal(AccessValueKind.Ok, okay.Value.Kind);
        table.FindAddress(AccessTag.Connect, IPAddress.Parse("128.32.255.255"), out AccessHit net);
        Assert.Equal(AccessValueKind.Relay, net.Value.Kind);

        static string Reply(AccessHit hit) =>
            $"{hit.Value.Reply.Code} {Show(hit.Value.Reply.Status)} {Show(hit.Value.Reply.Text)}";
    }

    [Fact]
    public void Relay_domains_may_list_names_and_addresses_of_clients()
    {
        ClassTable table = Read(
            "arkum.ch\npc1.arkum.ch 193.247.121.196\n",
            static (text, problems) => ClassTable.Read("relay-domains", text, [], problems));

        Assert.True(table.ContainsOrParent("pc2.arkum.ch"u8, out _));
        Assert.True(table.ContainsAddress(IPAddress.Parse("193.247.121.196"), out _));
    }
}
