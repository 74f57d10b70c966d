using Relay.Dns.Hosts;
using Relay.Testing;

namespace Relay.Dns.Tests.Hosts;

/// <summary>resolv.conf(5) and hosts(5).</summary>
public sealed class ResolverConfigurationTests
{
    [Fact]
    public void Name_servers_search_list_and_ndots_are_read()
    {
        ResolverConfiguration read = ResolverConfiguration.Parse(
            "# comment\nnameserver 192.0.2.1\nnameserver\t2001:db8::1 \nnameserver nonsense\n"
            + "domain old.test\nsearch a.test b.test.\noptions timeout:1 ndots:2 rotate\n");
        Assert.Equal(["192.0.2.1", "2001:db8::1"], read.Servers.Select(static s => s.Address.ToString()));
        Assert.Equal(["a.test", "b.test"], read.Search);
        Assert.Equal(2, read.Ndots);
    }

    [Fact]
    public void Without_name_servers_the_local_machine_is_asked() =>
        Assert.Equal("127.0.0.1", ResolverConfiguration.Parse(string.Empty).Servers.Single().Address.ToString());

    [Theory]
    [InlineData("host", "host.a.test host.b.test host")]
    [InlineData("host.sub", "host.sub host.sub.a.test host.sub.b.test")]
    [InlineData("host.", "host.")]
    public void Names_with_few_dots_are_searched_first(string name, string candidates) => Assert.Equal(
        candidates.Split(' '), ResolverConfiguration.Parse("search a.test b.test").Candidates(name));

    [Fact]
    public void Hosts_have_all_addresses_of_their_lines()
    {
        HostTable table = HostTable.Parse(
            "127.0.0.1 localhost\n192.0.2.1\tmail.test mail # comment other\n2001:db8::1 MAIL\nnonsense x\n"
            + "#192.0.2.9 y\n");
        Assert.Equal(["192.0.2.1", "2001:db8::1"], table.Find("Mail").Select(static a => a.ToString()));
        Assert.Equal(["192.0.2.1"], table.Find("mail.test.").Select(static a => a.ToString()));
        Assert.Empty(table.Find("other"));
        Assert.Empty(table.Find("y"));
        Assert.Equal(["127.0.0.1"], table.Find("localhost").Select(static a => a.ToString()));
        Assert.Equal(2, HostTable.Parse(string.Empty).Find("localhost").Count);
    }

    [Fact]
    public void A_file_is_read_again_when_it_changes()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("relay-dns-").FullName, "hosts");
        var time = new ManualTimeProvider();
        var file = new WatchedFile<HostTable>(path, HostTable.Parse, time);
        Assert.Empty(file.Current.Find("a"));
        File.WriteAllText(path, "192.0.2.1 a\n");
        file.Execute();
        Assert.Single(file.Current.Find("a"));
        File.Delete(path);
        file.Execute();
        Assert.Empty(file.Current.Find("a"));
        Directory.Delete(Path.GetDirectoryName(path)!);
    }
}
