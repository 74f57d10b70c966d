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

    private static TableFolder Folder(string table, string text)
    {
        TableFolder folder = new TableFolder().With(table, text);
        File.SetUnixFileMode(Path.Combine(folder.Root, table), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return folder;
    }

    private static AuthInfoCredentials Credentials(TableFolder folder) => new(
        folder.Rules().Holder,
        new HostResolver(new SilentResolver(), new DnsOptions(), TimeProvider.System),
        TimeProvider.System);
}
