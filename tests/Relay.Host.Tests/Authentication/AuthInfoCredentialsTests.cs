using System.Net;
using Relay.Dns;
using Relay.Host.Authentication;
using Relay.Host.Tests.Tables;

namespace Relay.Host.Tests.Authentication;

/// <summary>Sendmail: cf/README, FEATURE(authinfo), but for servers that the DNS names.</summary>
public sealed class AuthInfoCredentialsTests
{
    private static readonly IPAddress Address = IPAddress.Parse("192.0.2.25");

    [Theory]
    [InlineData("authinfo")]
    [InlineData("access")]
    public void The_entry_for_any_server_is_for_servers_that_the_administrator_names_alone(string table)
    {
        using TableFolder folder = Folder(table, """
            AuthInfo: "U:any" "P:x"
            AuthInfo:mx.example "U:name" "P:x"
            AuthInfo:192.0.2.26 "U:address" "P:x"

            """);
        using AuthInfoCredentials credentials = Credentials(folder);
        Assert.Equal("any", credentials.Find("hub.example", Address, isExchange: false)?.Identity);
        Assert.Null(credentials.Find("hub.example", Address, isExchange: true));
        Assert.Equal("name", credentials.Find("mx.example", Address, isExchange: true)?.Identity);
        Assert.Equal(
            "address", credentials.Find("a.example", IPAddress.Parse("192.0.2.26"), isExchange: true)?.Identity);
        Assert.Equal("any", credentials.Find(string.Empty, null, isExchange: false)?.Identity);
    }

    /// <summary>Sendmail: "AuthInfo:" of access, where there is no FEATURE(authinfo).</summary>
    [Fact]
    public void While_authinfo_is_empty_access_is_asked_with_its_walk_and_else_not_at_all()
    {
        using TableFolder folder = Folder("access", "AuthInfo:example.org \"U:domain\" \"P:x\"\n"
            + "AuthInfo:mx.example.org \"U:name\" \"P:x\"\nAuthInfo:192.0.2 \"U:network\" \"P:x\"\n");
        using (AuthInfoCredentials credentials = Credentials(folder))
        {
            Assert.Equal("name", credentials.Find("MX.example.org", Address, isExchange: false)?.Identity);
            Assert.Equal("domain", credentials.Find("a.b.example.org", Address, isExchange: false)?.Identity);
            Assert.Equal("network", credentials.Find("mx.example.net", Address, isExchange: false)?.Identity);
            Assert.Null(credentials.Find("mx.example.net", IPAddress.Parse("192.0.3.1"), isExchange: false));
        }

        Folder(folder, "authinfo", "AuthInfo:other.example \"U:other\" \"P:x\"\n");
        using AuthInfoCredentials exact = Credentials(folder);
        Assert.Null(exact.Find("mx.example.org", Address, isExchange: false));
        Assert.Equal("other", exact.Find("other.example", Address, isExchange: false)?.Identity);
        Assert.Null(exact.Find("sub.other.example", Address, isExchange: false));
    }

    private static TableFolder Folder(string table, string text) => Folder(new TableFolder(), table, text);

    private static TableFolder Folder(TableFolder folder, string table, string text)
    {
        folder.With(table, text);
        File.SetUnixFileMode(Path.Combine(folder.Root, table), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return folder;
    }

    private static AuthInfoCredentials Credentials(TableFolder folder) => new(
        folder.Rules().Holder,
        new HostResolver(new SilentResolver(), new DnsOptions(), TimeProvider.System),
        TimeProvider.System);
}
