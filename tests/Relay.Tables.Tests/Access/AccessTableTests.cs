using System.Net;
using Relay.Tables.Access;
using static Relay.Tables.Tests.TestTables;

namespace Relay.Tables.Tests.Access;

public sealed class AccessTableTests
{
    [Fact]
    public void Host_name_walk_tries_each_name_with_the_tag_and_then_without_before_its_parent()
    {
        string[] order = ["connect:a.b.c", "a.b.c", "connect:b.c", "b.c", "connect:c", "c"];

        AssertOrder(order, static table => Name(table, AccessTag.Connect, "A.b.C"));
    }

    [Fact]
    public void Untagged_more_specific_entry_beats_a_tagged_parent()
    {
        AccessTable table = AccessOf("b.c OK\nConnect:c REJECT\n");

        Assert.Equal("b.c", Name(table, AccessTag.Connect, "a.b.c"));
    }

    [Fact]
    public void Lookupdotdomain_tries_dot_parent_before_parent_and_only_where_asked_for()
    {
        string[] order =
            ["connect:a.b.c", "a.b.c", "connect:.b.c", ".b.c", "connect:b.c", "b.c", "connect:.c", ".c", "connect:c"];

        AssertOrder(order, static table => Name(table, AccessTag.Connect, "a.b.c"), lookupDotDomain: true);
        AccessTable without = AccessOf(".b.c REJECT\n", out IReadOnlyList<TableProblem> problems);
        Assert.Null(Name(without, AccessTag.Connect, "a.b.c"));
        Assert.Equal(
            "1 Warning: \".b.c\" is never looked up without lookupdotdomain; b.c stands for the domain and "
                + "all below it",
            Only(problems));
    }

    [Fact]
    public void Exact_look_up_does_not_walk_to_parents()
    {
        AccessTable table = AccessOf("To:example.com RELAY\n");

        Assert.Equal(LookupResult.NotFound, table.FindName(AccessTag.To, "sub.example.com"u8, exact: true, out _));
        Assert.Equal(LookupResult.Found, table.FindName(AccessTag.To, "example.com"u8, exact: true, out _));
        Assert.Equal(LookupResult.Found, table.FindName(AccessTag.To, "sub.example.com"u8, exact: false, out _));
    }

    [Fact]
    public void Address_walk_drops_octets_from_the_right_with_tag_and_without_at_each_step()
    {
        string[] order =
            ["connect:1.2.3.4", "1.2.3.4", "connect:1.2.3", "1.2.3", "connect:1.2", "1.2", "connect:1", "1"];

        AssertOrder(order, static table => Address(table, AccessTag.Connect, "1.2.3.4"));
    }

    [Fact]
    public void Address_prefix_matches_on_octet_borders_only()
    {
        AccessTable table = AccessOf("128.32 RELAY\n");

        Assert.Equal("128.32", Address(table, AccessTag.Connect, "128.32.255.1"));
        Assert.Null(Address(table, AccessTag.Connect, "128.3.2.1"));
        Assert.Null(Address(table, AccessTag.Connect, "128.33.32.1"));
    }

    [Fact]
    public void Ipv6_walk_drops_groups_from_the_right_down_to_the_first()
    {
        string[] order =
        [
            "connect:ipv6:2001:db8:0:1:0:0:0:9", "ipv6:2001:db8:0:1:0:0:0:9", "ipv6:2001:db8:0:1:0:0:0",
            "ipv6:2001:db8:0:1:0:0", "ipv6:2001:db8:0:1:0", "ipv6:2001:db8:0:1", "ipv6:2001:db8:0", "ipv6:2001:db8",
            "ipv6:2001",
        ];

        AssertOrder(order, static table => Address(table, AccessTag.Connect, "2001:db8:0:1::9"));
    }

    [Theory]
    [InlineData("IPv6:2002:c0a8:51d2::23f4")]
    [InlineData("IPv6:2002:c0a8:51d2:0:0:0:0:23f4")]
    [InlineData("Connect:IPv6:2002:C0A8:51D2::23F4")]
    [InlineData("IPv6:2002:c0a8:51d2")]
    [InlineData("IPv6:2002:0c0a8")]
    public void Ipv6_keys_match_however_they_are_written(string key)
    {
        AccessTable table = AccessOf($"{key} RELAY\n", out IReadOnlyList<TableProblem> problems);
        if (key.EndsWith("0c0a8", StringComparison.Ordinal))
        {
            Assert.Equal(TableSeverity.Error, Assert.Single(problems).Severity);
            return;
        }

        Assert.NotNull(Address(table, AccessTag.Connect, "2002:c0a8:51d2::23f4"));
    }

    [Fact]
    public void Address_mapped_into_ipv6_is_looked_up_as_ipv4()
    {
        AccessTable table = AccessOf("192.0.2 RELAY\n");

        Assert.Equal("192.0.2", Address(table, AccessTag.Connect, "::ffff:192.0.2.9"));
    }

    [Fact]
    public void Prefix_with_a_dot_at_its_end_is_taken_without_it_and_noted()
    {
        AccessTable table = AccessOf("192.168.0.    RELAY\n", out IReadOnlyList<TableProblem> problems);

        Assert.Equal("192.168.0", Address(table, AccessTag.Connect, "192.168.0.77"));
        Assert.Equal(
            "1 Note: \"192.168.0.\": the dot at the end is ignored (Sendmail would never find this key in access)",
            Only(problems));
    }

    [Fact]
    public void Longest_prefix_wins_among_networks_and_octet_prefixes()
    {
        string[] order =
        [
            "192.168.1.7", "192.168.1.6/31", "192.168.1.0/25", "192.168.1", "192.168.0.0/17", "192.168",
            "192.160.0.0/12", "192", "0.0.0.0/0",
        ];

        AssertOrder(order, static table => Address(table, AccessTag.Connect, "192.168.1.7"));
    }

    [Fact]
    public void Networks_on_octet_borders_are_the_same_key_as_prefixes()
    {
        AccessTable table = AccessOf("192.168.1.0/24 RELAY\n192.168.1 OK\n", out IReadOnlyList<TableProblem> problems);

        Assert.Equal(1, table.Count);
        Assert.Equal("2 Warning: duplicate key \"192.168.1\" is ignored, line 1 has it first", Only(problems));
    }

    [Fact]
    public void Ipv6_networks_match_by_bits_and_the_longest_wins()
    {
        AccessTable table = AccessOf(
            "IPv6:2001:db8::/33 REJECT\nIPv6:2001:db8 OK\nConnect:IPv6:2001:db8:4000::/34 RELAY\nIPv6:::/0 DISCARD\n");

        Assert.Equal("connect:ipv6:2001:db8:4000:0:0:0:0:0/34", Address(table, AccessTag.Connect, "2001:db8:4001::1"));
        Assert.Equal("ipv6:2001:db8:0:0:0:0:0:0/33", Address(table, AccessTag.Connect, "2001:db8:1::1"));
        Assert.Equal("ipv6:2001:db8", Address(table, AccessTag.Connect, "2001:db8:8000::1"));
        Assert.Equal("ipv6:0:0:0:0:0:0:0:0/0", Address(table, AccessTag.Connect, "fe80::1"));
    }

    [Fact]
    public void Bracketed_address_loses_octets_inside_the_brackets()
    {
        string[] order =
        [
            "from:[1.2.3.4]", "[1.2.3.4]", "from:[1.2.3]", "[1.2.3]", "from:[1.2]", "[1.2]", "from:[1]", "[1]",
        ];

        AssertOrder(order, static table => Name(table, AccessTag.From, "[1.2.3.4]"));
        Assert.Null(Name(AccessOf("1.2.3.4 OK\n"), AccessTag.From, "[1.2.3.4]"));
    }

    [Fact]
    public void Bracketed_ipv6_address_is_found_however_it_is_written()
    {
        AccessTable table = AccessOf("From:[IPv6:2001:db8::1] REJECT\n");

        Assert.NotNull(Name(table, AccessTag.From, "[IPv6:2001:DB8:0::1]"));
    }

    [Fact]
    public void Client_is_looked_up_by_name_and_only_if_nothing_is_found_by_address()
    {
        AccessTable table = AccessOf("Connect:example.com OK\nConnect:192.0.2.1 REJECT\n");

        Assert.Equal("connect:example.com", Client(table, AccessTag.Connect, "mail.example.com", "192.0.2.1"));
        Assert.Equal("connect:192.0.2.1", Client(table, AccessTag.Connect, "mail.example.net", "192.0.2.1"));
    }

    [Fact]
    public void Client_without_a_confirmed_name_is_its_address_in_brackets()
    {
        AccessTable table = AccessOf("Connect:[192.0.2.1] REJECT\n192.0.2.2 OK\n");

        Assert.Equal("connect:[192.0.2.1]", Client(table, AccessTag.Connect, "[192.0.2.1]", "192.0.2.1"));
        Assert.Equal("connect:[192.0.2.1]", Client(table, AccessTag.Connect, "", "192.0.2.1"));
        Assert.Equal("192.0.2.2", Client(table, AccessTag.Connect, "[192.0.2.2]", "192.0.2.2"));
    }

    [Fact]
    public void Greet_pause_is_looked_up_with_its_tag_only_and_ends_at_its_default()
    {
        AccessTable table = AccessOf("GreetPause:localhost 0\nGreetPause:10 100\nGreetPause: 5000\nexample.com OK\n");

        Assert.Equal("greetpause:localhost", Client(table, AccessTag.GreetPause, "localhost", "127.0.0.1"));
        Assert.Equal("greetpause:10", Client(table, AccessTag.GreetPause, "example.com", "10.1.1.1"));
        Assert.Equal("greetpause:", Client(table, AccessTag.GreetPause, "example.com", "192.0.2.1"));
    }

    [Fact]
    public void Client_rate_takes_the_most_specific_prefix_first()
    {
        AccessTable table = AccessOf("ClientRate:127.0.0.1 0\nClientRate:127 5\nClientRate: 10\nClientConn: 3\n");

        Assert.Equal("clientrate:127.0.0.1", Client(table, AccessTag.ClientRate, "", "127.0.0.1"));
        Assert.Equal("clientrate:127", Client(table, AccessTag.ClientRate, "", "127.0.0.2"));
        Assert.Equal("clientrate:", Client(table, AccessTag.ClientRate, "", "192.0.2.1"));
        table.FindClient(AccessTag.ClientConn, default, IPAddress.Loopback, out AccessHit hit);
        Assert.Equal(3, hit.Value.Number);
    }

    [Fact]
    public void Mailbox_is_looked_up_as_full_address_then_user_then_domain_and_parents()
    {
        string[] order =
        [
            "from:user@a.b", "user@a.b", "from:user@", "user@", "from:a.b", "a.b", "from:b", "b",
        ];

        AssertOrder(order, static table => Mailbox(table, AccessTag.From, "User", "A.b"));
    }

    [Fact]
    public void Mailbox_with_detail_is_looked_up_whole_then_with_a_star_then_without()
    {
        string[] order =
        [
            "from:u+d@a.b", "u+d@a.b", "from:u+*@a.b", "u+*@a.b", "from:u@a.b", "u@a.b", "from:u+d@", "u+d@",
            "from:u+*@", "u+*@", "from:u@", "u@", "from:a.b",
        ];

        AssertOrder(order, static table => Mailbox(table, AccessTag.From, "u+D", "a.b"));
    }

    [Fact]
    public void Recipient_in_a_domain_that_is_not_local_is_not_looked_up_as_user()
    {
        AccessTable table = AccessOf("To:joe@ REJECT\n");

        Assert.Equal(LookupResult.NotFound, table.FindMailbox(AccessTag.To, "joe"u8, "a.b"u8, userKey: false, out _));
        Assert.Equal(LookupResult.Found, table.FindMailbox(AccessTag.To, "joe"u8, "a.b"u8, userKey: true, out _));
    }

    [Fact]
    public void Address_without_a_domain_is_looked_up_as_user_only()
    {
        AccessTable table = AccessOf("joe REJECT\njoe@ DISCARD\n");

        Assert.Equal("joe@", Mailbox(table, AccessTag.From, "joe", ""));
    }

    [Fact]
    public void Full_address_and_user_can_be_asked_alone()
    {
        AccessTable table = AccessOf("To:joe@a.b RELAY\nTo:a.b REJECT\nFrom:joe@ OK\n");

        Assert.Equal(LookupResult.Found, table.FindFullAddress(AccessTag.To, "joe"u8, "a.b"u8, out _));
        Assert.Equal(LookupResult.NotFound, table.FindFullAddress(AccessTag.To, "jim"u8, "a.b"u8, out _));
        Assert.Equal(LookupResult.Found, table.FindUser(AccessTag.From, "joe"u8, out _));
        Assert.Equal(LookupResult.NotFound, table.FindUser(AccessTag.From, "jim"u8, out _));
    }

    [Fact]
    public void Skip_ends_the_walk_with_nothing_found_and_names_itself()
    {
        AccessTable table = AccessOf("a.b.c SKIP\nb.c REJECT\n10.1 SKIP\n10 REJECT\njoe@b.c SKIP\n");

        Assert.Equal(LookupResult.NotFound, table.FindName(AccessTag.Connect, "x.a.b.c"u8, false, out AccessHit hit));
        Assert.Equal((AccessValueKind.Skip, 1), (hit.Value.Kind, hit.Entry.Line));
        Assert.Equal(
            LookupResult.NotFound, table.FindAddress(AccessTag.Connect, IPAddress.Parse("10.1.2.3"), out hit));
        Assert.Equal(AccessValueKind.Skip, hit.Value.Kind);
        Assert.Equal(LookupResult.NotFound, table.FindMailbox(AccessTag.From, "joe"u8, "b.c"u8, true, out hit));
        Assert.Equal(5, hit.Entry.Line);
        Assert.Equal(LookupResult.Found, table.FindMailbox(AccessTag.From, "jim"u8, "b.c"u8, true, out _));
    }

    [Fact]
    public void Client_whose_name_is_skipped_is_not_looked_up_by_address_either()
    {
        AccessTable table = AccessOf("example.com SKIP\n192.0.2 REJECT\n");

        Assert.Null(Client(table, AccessTag.Connect, "example.com", "192.0.2.1"));
    }

    [Fact]
    public void Bare_top_level_domain_stands_for_all_below_it()
    {
        Assert.Equal("com", Name(AccessOf("com REJECT\n"), AccessTag.From, "a.example.com"));
    }

    [Fact]
    public void International_domains_are_the_same_in_both_forms()
    {
        AccessTable table = AccessOf("From:b\u00FCcher.example REJECT\njoe@m\u00FCller.example OK\n");

        Assert.NotNull(Name(table, AccessTag.From, "xn--bcher-kva.example"));
        Assert.NotNull(Name(table, AccessTag.From, "www.B\u00DCCHER.example"));
        Assert.NotNull(Mailbox(table, AccessTag.From, "joe", "xn--mller-kva.example"));
    }

    [Fact]
    public void Hit_names_key_file_and_line()
    {
        AccessTable table = AccessOf("# c\nConnect:Example.COM 550 Go away\n");

        table.FindName(AccessTag.Connect, "www.example.com"u8, exact: false, out AccessHit hit);
        Assert.Equal(
            ("connect:example.com", FilePath, 2), (Show(hit.Entry.Key), hit.Entry.File, hit.Entry.Line));
        Assert.Equal("550 Go away", Show(hit.Entry.Value));
    }

    [Fact]
    public void Over_long_names_and_local_parts_are_not_found_and_harm_nothing()
    {
        AccessTable table = AccessOf("a.b REJECT\n");
        byte[] name = Octets(new string('x', 300) + ".a.b");

        Assert.Equal(LookupResult.NotFound, table.FindName(AccessTag.From, name, exact: false, out _));
        Assert.Equal(
            LookupResult.Found,
            table.FindMailbox(AccessTag.From, Octets(new string('x', 5000)), "a.b"u8, userKey: true, out _));
    }

    [Fact]
    public void Look_ups_allocate_nothing()
    {
        AccessTable table = AccessOf("Connect:example.com OK\n192.168.0.0/20 RELAY\nFrom:joe@ OK\nIPv6:2001 OK\n");
        IPAddress four = IPAddress.Parse("192.168.4.5");
        IPAddress six = IPAddress.Parse("2001:db8::1");
        Ask();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            Ask();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Ask()
        {
            table.FindClient(AccessTag.Connect, "mail.example.net"u8, four, out _);
            table.FindClient(AccessTag.Connect, default, six, out _);
            table.FindMailbox(AccessTag.From, "joe+x"u8, "example.org"u8, userKey: true, out _);
            table.FindExact(AccessTag.GreetPause, default, out _);
        }
    }

    private static string? Name(AccessTable table, AccessTag tag, string name) =>
        Key(table.FindName(tag, Octets(name), exact: false, out AccessHit hit), hit);

    private static string? Address(AccessTable table, AccessTag tag, string address) =>
        Key(table.FindAddress(tag, IPAddress.Parse(address), out AccessHit hit), hit);

    private static string? Client(AccessTable table, AccessTag tag, string name, string address) =>
        Key(table.FindClient(tag, Octets(name), IPAddress.Parse(address), out AccessHit hit), hit);

    private static string? Mailbox(AccessTable table, AccessTag tag, string localPart, string domain) =>
        Key(table.FindMailbox(tag, Octets(localPart), Octets(domain), userKey: true, out AccessHit hit), hit);

    private static string? Key(LookupResult result, AccessHit hit) =>
        result == LookupResult.Found ? Show(hit.Entry.Key) : null;

    /// <summary>
    /// Each key is found if it and all less preferred ones are there, and none if a file has only keys that are no
    /// ancestors: the keys of <paramref name="order"/> are taken away one by one from the front.
    /// </summary>
    private static void AssertOrder(
        string[] order, Func<AccessTable, string?> find, bool lookupDotDomain = false)
    {
        for (int i = 0; i < order.Length; i++)
        {
            // The least preferred first, so that the order of the lines cannot help.
            string text = string.Concat(order[i..].Reverse().Select(static key => $"{key} OK\n"));
            Assert.Equal(order[i], find(AccessOf(text, lookupDotDomain)) ?? "nothing");
        }

        Assert.Null(find(AccessOf("unrelated.example OK\n", lookupDotDomain)));
    }
}
